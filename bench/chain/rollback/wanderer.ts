/**
 * A message that goes from host to host, and the processor that passes it on.
 *
 * @module
 */
import type { Attached, Delivered, NonEmpty, Processor, StepReceipt } from '@darq/runtime/engine'

export interface Wanderer {
  readonly number: number
  /** So many are still to come. */
  readonly hops: number
}

const decoder = new TextDecoder()

export function encodeWanderer({ number, hops }: Wanderer): string {
  return `${number} ${hops}`
}

function decode(bytes: Uint8Array): Wanderer {
  const [number = 0, hops = 0] = decoder.decode(bytes).split(' ').map(Number)
  return { number, hops }
}

export interface Passed {
  readonly to: string
  readonly wanderer: Wanderer
}

/** Each message is a step: it is handled, and sent on. */
export class PassingOn implements Processor {
  readonly #next: (wanderer: Wanderer) => Passed | undefined
  readonly #handled: (wanderer: Wanderer, passed: Passed | undefined, receipt: StepReceipt) => void

  constructor(
    next: (wanderer: Wanderer) => Passed | undefined,
    handled: (wanderer: Wanderer, passed: Passed | undefined, receipt: StepReceipt) => void,
  ) {
    this.#next = next
    this.#handled = handled
  }

  restore(): void {}

  deliver<Turn>(messages: NonEmpty<Delivered<Turn>>, attached: Attached): void {
    for (const message of messages) {
      const wanderer = message.read(decode)
      const passed = this.#next(wanderer)
      const send = passed === undefined ? [] : [{ to: passed.to, bytes: encodeWanderer(passed.wanderer) }]
      this.#handled(wanderer, passed, attached.step({ consume: [message.lsn], send }))
    }
  }

  detached(): void {}
}
