/**
 * The objects of one deployment among themselves: a frame is a call of the other object's method, through the binding, and
 * what answers it is a call of one's own. Nobody waits for an answer, so that a message may leave long before anything is
 * durable, and any object may speak to any other of its own accord.
 *
 * @module
 */
import { DarqError } from '@darq/runtime'
import type { Engine, Transport } from '@darq/runtime/engine'
import { type ErrorFacts, fromFacts, senderOf } from '@darq/runtime/transport'

/** What an object offers to the others of its deployment. */
export interface FrameTaker {
  /**
   * Takes a frame from the object whose host has that name.
   *
   * @returns when the engine has it, or why it was refused: an error would lose its code on the way. The answer, if there is
   * one, comes later, as a frame to `from`.
   */
  takeFrame(from: string, frame: Uint8Array): Promise<ErrorFacts | undefined>
}

/** The host of a DARQ's object is named after it: escaped, because a host's name has no slash. It is its address, too. */
export const hostName = encodeURIComponent

/** @returns the DARQ whose object's host has that name; `undefined`: no object's host can have it */
export function darqOf(host: string): string | undefined {
  try {
    const name = decodeURIComponent(host)
    return hostName(name) === host ? name : undefined
  } catch {
    return undefined
  }
}

/** Calls `takeFrame` of the object of a DARQ. */
export type HandOver = (
  darq: string,
  ...frame: Parameters<FrameTaker['takeFrame']>
) => ReturnType<FrameTaker['takeFrame']>

export class Siblings implements Transport {
  readonly #from: string
  readonly #handOver: HandOver
  readonly #lives: (darq: string) => boolean

  /**
   * @param from the name of one's own host
   * @param lives whether a DARQ has an object in this deployment: asking any other would make one
   */
  constructor(from: string, handOver: HandOver, lives: (darq: string) => boolean) {
    this.#from = from
    this.#handOver = handOver
    this.#lives = lives
  }

  /** Whether a host of that name is one of this deployment's. */
  has(host: string): boolean {
    const name = darqOf(host)
    return name !== undefined && this.#lives(name)
  }

  /** @throws {DarqError} what the other object refuses the frame with; `unavailable`, `backpressure`: it was not reached */
  async send(host: string, frame: Uint8Array): Promise<void> {
    const name = darqOf(host)
    if (name === undefined || !this.#lives(name))
      throw new DarqError('unknown_address', { facts: { expected: 'a host of this deployment', got: host } })
    const refused = await this.#handOver(name, this.#from, frame)
    if (refused !== undefined) throw fromFacts(refused)
  }
}

/**
 * Hands a sibling's frame to the engine. That it came through the binding says that it is from this deployment; the rest of
 * what it says is held against where it comes from.
 *
 * @throws {DarqError} `bad_frame` when it is not that sibling's; what the engine throws. Nothing changed then.
 */
export function takeSiblingFrame(engine: Pick<Engine, 'receive'>, from: string, frame: Uint8Array): void {
  const sender = senderOf(frame)
  if (!sender.startsWith(`${from}#`))
    throw new DarqError('bad_frame', { facts: { expected: `a frame of the host ${from}`, got: sender } })
  engine.receive(from, frame)
}
