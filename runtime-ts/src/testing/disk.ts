/**
 * A simulated host's disk: it outlives every life of its host, and suffers what it is told to.
 *
 * @module
 */
import type { Change } from '../storage/cells.ts'
import { type Fate, type FaultyMemory, faultyMemory } from '../storage/memory-faults.ts'
import type { FaultCounts, lossKinds } from './fault-kinds.ts'
import type { Random } from './random.ts'
import type { Timeline } from './timeline.ts'

export type StorageLoss = (typeof lossKinds)[number]

const write_ms_max_default = 3
const slow_ms_max = 1_500
/** Small, so that large commits stand in several values. */
const value_bytes_max = 2_048
/** Writes ahead whose fate is decided. */
const armed_max = 3

export interface DiskOptions {
  readonly name: string
  /** The longest that a write takes, when nothing is wrong with it. */
  readonly write_ms_max?: number
  readonly timeline: Timeline
  readonly random: Random
  readonly counts: FaultCounts
  readonly note: (what: string) => void
  /** A change is in the store, whatever its writer is told. */
  readonly written: (generation: string, change: Change) => void
  /** A write has begun that was to be interrupted. */
  readonly interrupt: () => void
}

export class Disk {
  readonly storage: FaultyMemory
  /** Writes whose end nobody knows as yet. */
  inFlight = 0
  /** It broke its promise, and was not opened since: what was told may be gone. */
  loss: StorageLoss | undefined
  readonly #options: DiskOptions
  readonly #armed: (Fate | 'slow')[] = []
  #interrupts = false
  #image: ReturnType<FaultyMemory['snapshot']> | undefined

  constructor(options: DiskOptions) {
    this.#options = options
    let generations = 0
    let generation = ''
    this.storage = faultyMemory({
      fate: () => this.#fate(),
      written: (change) => options.written(generation, change),
      part_bytes_max: value_bytes_max,
      generation: () => {
        generations += 1
        generation = `${options.name}-${String(generations).padStart(4, '0')}`
        return generation
      },
    })
  }

  /** The next write suffers this. */
  arm(fate: Fate | 'slow'): void {
    if (this.#armed.length < armed_max) this.#armed.push(fate)
  }

  /** The next write has begun, and may be carried out, when its host is gone. */
  interruptNext(): void {
    this.#interrupts = true
  }

  async #fate(): Promise<Fate> {
    const { timeline, random, counts, note, interrupt, write_ms_max = write_ms_max_default } = this.#options
    const armed = this.#armed.shift()
    const slow = armed === 'slow'
    if (slow) counts.commit_slow += 1
    this.inFlight += 1
    if (this.#interrupts) {
      this.#interrupts = false
      timeline.after(0, interrupt)
    }
    const wait_ms = random.next() * (slow ? slow_ms_max : write_ms_max)
    const fate = await new Promise<Fate>((resolve) => {
      timeline.after(wait_ms, () => resolve(armed === undefined || armed === 'slow' ? 'written' : armed))
    })
    this.inFlight -= 1
    if (fate !== 'written') {
      counts[fate === 'failed' ? 'commit_failed' : fate === 'unknown' ? 'commit_unknown' : fate] += 1
      note(`a write ends as ${fate}`)
    }
    return fate
  }

  /** Can it lose what is asked? */
  canLose(kind: StorageLoss): boolean {
    return this.storage.numbers.length > 0 && (kind !== 'restored' || this.#image !== undefined)
  }

  /** Breaks its promise. Nobody may be writing. */
  lose(kind: StorageLoss): void {
    const { counts, note, random } = this.#options
    note(`the disk: ${kind}`)
    counts[kind] += 1
    this.storage.disconnect()
    if (kind === 'tail_lost') this.storage.loseTail(1 + random.below(3))
    else if (kind === 'torn') this.storage.tear()
    else if (kind === 'restored' && this.#image) this.storage.restore(this.#image)
    else this.storage.wipe()
    this.loss = kind
  }

  /** Gives up what can't be read any more. */
  wipe(): void {
    this.storage.wipe()
    this.loss = 'wiped'
  }

  /** Remembers itself as it is, for a later restore. */
  snapshot(): void {
    this.#image = this.storage.snapshot()
  }
}
