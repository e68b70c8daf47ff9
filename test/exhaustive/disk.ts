/**
 * A host's disk: the real store over memory. A commit is written when the world says so, and what is durable is noted.
 *
 * @module
 */
import { decodeCommit } from '../../runtime-ts/src/engine/commit-value.ts'
import type { Claimed, Commit, Opened, Segment, Storage } from '../../runtime-ts/src/storage/contract.ts'
import { Medium, MemoryCells } from '../../runtime-ts/src/storage/memory.ts'
import { decodeRecord } from '../../runtime-ts/src/storage/record.ts'
import { storageOver } from '../../runtime-ts/src/storage/store.ts'
import { latin1 } from './event.ts'

/** A version that is durable. */
export interface Durable {
  /** The life that has made it. */
  readonly life: number
  /** All the bytes that it has brought. */
  readonly bytes: string
}

/** A commit that was asked for and not written. */
export interface Write {
  readonly commit: Commit
  /** Writes it, but for when to wake: that is for a platform that wakes hosts. The one who asked is told when `told` is. */
  run(told: boolean): Promise<void>
}

/** Who writes: the disk notes in his name. */
export interface Writer {
  readonly life: number
  write: Write | undefined
}

export class Disk {
  readonly medium = new Medium()
  /** By version: all that was ever made durable and not taken back, also what was truncated since. */
  readonly durable = new Map<number, Durable>()
  readonly #generation: string
  readonly #store: Storage
  /** The newest life that has claimed it. */
  #owner = 0

  constructor(generation: string) {
    this.#generation = generation
    this.#store = storageOver({
      durability: () => 'memory',
      connect: async () => new MemoryCells(this.medium),
      generation: () => generation,
    })
  }

  /** One that holds the same. Nobody has it open. */
  copy(): Disk {
    const copy = new Disk(this.#generation)
    for (const [number, value] of this.medium.values) copy.medium.values.set(number, value)
    copy.medium.newest = this.medium.newest
    for (const [version, durable] of this.durable) copy.durable.set(version, durable)
    copy.#owner = this.#owner
    return copy
  }

  get newest(): number {
    return Math.max(0, ...this.durable.keys())
  }

  /**
   * What any later life can find. What a claim has dropped, or what is behind the head, is only there until it is cleared, and
   * nobody reads it: it counts that something stands there.
   */
  canonical(): string {
    const records = [...this.medium.values]
      .sort(([a], [b]) => b - a)
      .map(([number, value]) => ({ value, record: decodeRecord(value, number) }))
    const head = records[0]?.record.head ?? 0
    let dropped = Number.POSITIVE_INFINITY
    return records
      .map(({ value, record: { number, kind, from } }) => {
        if (number >= dropped) return `${number} dropped`
        if (kind === 'claim') dropped = from
        return kind === 'commit' && number < head ? `${number} behind` : `${number} ${latin1(value)}`
      })
      .join('\n')
  }

  storageOf(writer: Writer): Storage {
    return { durability: 'memory', open: async () => this.#opened(await this.#store.open(), writer) }
  }

  #opened(opened: Opened, writer: Writer): Opened {
    return {
      generation: opened.generation,
      last: opened.last,
      close: () => opened.close(),
      segments: () => this.#compared(opened.segments()),
      claim: async (epoch, keep, facts, tail) => {
        const claimed = await opened.claim(epoch, keep, facts, tail)
        const before = new Map(this.durable)
        for (const version of before.keys()) if (version > keep) this.durable.delete(version)
        // What a rollback writes again was made by the life before, or is as it was.
        if (tail)
          for (const [version, bytes] of versionsIn(tail.bytes))
            this.durable.set(version, before.get(version) ?? { life: this.#owner, bytes })
        this.#owner = writer.life
        return this.#claimed(claimed, writer)
      },
    }
  }

  /** What is read must be what was noted: the notes are what the disk holds. */
  async *#compared(segments: AsyncIterable<Segment>): AsyncGenerator<Segment> {
    for await (const segment of segments) {
      for (const [version, bytes] of versionsIn(segment.bytes))
        if (this.durable.get(version)?.bytes !== bytes)
          throw new Error(`version ${version} is read other than it was written`)
      yield segment
    }
  }

  #claimed(claimed: Claimed, writer: Writer): Claimed {
    return {
      close: () => claimed.close(),
      commit: (commit) =>
        new Promise((resolve, reject) => {
          writer.write = {
            commit,
            run: async (told) => {
              writer.write = undefined
              try {
                await claimed.commit({ ...commit, wakeAt_ms: undefined })
                for (const [version, bytes] of versionsIn(commit.bytes))
                  this.durable.set(version, { life: writer.life, bytes })
                if (told) resolve()
              } catch (error) {
                if (told) reject(error)
              }
            },
          }
        }),
    }
  }
}

function versionsIn(bytes: Uint8Array): [number, string][] {
  return decodeCommit(bytes).versions.map(({ version, parts }) => [
    version,
    parts.map((part) => `${part.name}:${Buffer.from(part.bytes).toString('latin1')}`).join('\n'),
  ])
}
