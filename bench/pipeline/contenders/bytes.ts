/**
 * Level 0 as a contender: bytes into the engine, a processor that counts them, nothing between.
 *
 * @module
 */
import {
  type Delivered,
  encodeMessages,
  type Lsn,
  type NonEmpty,
  openEngine,
  type Processor,
  type Sequence,
  type StepReceipt,
} from '@darq/runtime/engine'
import type { Storage } from '@darq/runtime/storage'
import { platformClock } from '../../../runtime-ts/src/clock.ts'
import { message_bytes } from '../load/counter.ts'
import type { Contender } from './contender.ts'

/** No power of 2: neighbours in one commit are not the same bytes. */
const rows_count = 255
/** As many as a UUID has. */
const id_bytes = 16

/** Each producer has an id of its own, so that its messages are numbered and a repeat would be told. */
export async function openBytes(storage: Storage): Promise<Contender> {
  const tally = new Tally()
  const engine = await openEngine({
    name: 'bench',
    storage,
    clock: platformClock(),
    random: Math.random,
    processor: () => tally,
    onError: (error, where) => console.error(`${where}: ${error.message}`),
  })
  const darq = engine.darq('tally')
  const rows = Array.from({ length: rows_count }, () =>
    encodeMessages([crypto.getRandomValues(new Uint8Array(message_bytes))]),
  )
  const producers: { readonly id: Uint8Array; next: number }[] = []
  let sent = 0
  return {
    send(number) {
      const producer = producerOf(number)
      const row = rows[sent % rows_count] ?? new Uint8Array()
      // The engine's cast: a number becomes a sequence here, and the core refuses what is none.
      const receipt = darq.enqueue(producer.id, producer.next as Sequence, row)
      producer.next += 1
      sent += 1
      return { accepted: () => Promise.resolve(), durable: receipt.committed }
    },
    async settle() {
      await tally.reaches(sent)
      if (tally.total !== sent) throw new Error(`${sent} messages were sent, ${tally.total} were counted`)
    },
    close: () => engine.close(),
  }

  function producerOf(number: number): { readonly id: Uint8Array; next: number } {
    let producer = producers[number]
    if (producer === undefined) {
      producer = { id: crypto.getRandomValues(new Uint8Array(id_bytes)), next: 1 }
      producers[number] = producer
    }
    return producer
  }
}

/** One step a message: it consumes the message and the total before it, and remembers the next. */
class Tally implements Processor {
  total = 0
  readonly #record = new Float64Array(1)
  readonly #bytes = new Uint8Array(this.#record.buffer)
  #last: StepReceipt | undefined
  #lsn: Lsn | undefined
  #awaited: { readonly total: number; readonly resolve: (last: StepReceipt) => void } | undefined

  restore(_: Delivered<'restore'> | undefined, self: Iterable<Delivered<'restore'>>): void {
    this.#lsn = undefined
    for (const record of self) {
      this.#lsn = record.lsn
      record.read((bytes) => this.#bytes.set(bytes))
    }
    this.total = this.#record[0] ?? 0
  }

  deliver<Turn>(messages: NonEmpty<Delivered<Turn>>, attached: Parameters<Processor['deliver']>[1]): void {
    for (const { lsn } of messages) {
      this.total += 1
      this.#record[0] = this.total
      this.#last = attached.step({
        consume: this.#lsn === undefined ? [lsn] : [lsn, this.#lsn],
        remember: [this.#bytes],
      })
      this.#lsn = this.#last.remembered[0]
    }
    if (this.#awaited !== undefined && this.total >= this.#awaited.total && this.#last !== undefined)
      this.#awaited.resolve(this.#last)
  }

  /** Resolves when the step that has counted up to `total` is committed. */
  async reaches(total: number): Promise<void> {
    if (this.total < total) {
      const { promise, resolve } = Promise.withResolvers<StepReceipt>()
      this.#awaited = { total, resolve }
      await promise
      this.#awaited = undefined
    }
    await this.#last?.committed
  }

  detached(): void {}
}
