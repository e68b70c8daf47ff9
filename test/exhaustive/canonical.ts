/**
 * All of an engine's state as one text: equal for hosts that will do the same from here on.
 *
 * It walks the engine's objects from the host on (`see-through.mjs` lets it) and leaves out what has no influence in these
 * worlds: clocks and how long to wait, counters for reports, limits that are far away, and memory that was only reserved.
 *
 * @module
 */
import type { Core, Vectors, VectorsLimits, VectorsMaker } from '../../core-as/src/index.ts'
import { twin, twinVectors } from '../../core-as/src/twin.ts'
import type { LiveHost } from '../../runtime-ts/src/engine/host.ts'
import type { Standing } from '../../runtime-ts/src/engine/peer.ts'
import { kindOf, type Life } from './life.ts'

/** Fields without influence, by name. Each has its reason. */
const passedOver = new Set([
  // The world's own, or the same for all lives.
  ...['$options', 'clock', '$clock', 'random', 'limits', '$limits', 'durability', '$storage', '$make', '$makeCore'],
  ...['stopped', '$stop', '$report'],
  // How long to wait: time is not looked at.
  ...['$retry_ms', '$backoff_ms', '$processorRetry_ms', '$wakeAt_ms'],
  // For reports; and what only limits of a thousand messages and sixteen turns look at.
  ...['counts', '$written', '$turns'],
  // Numbers that are only compared with themselves, or not at all where no timer is an application's.
  ...['incarnation', '$incarnations', '$order'],
  // A cache of encoded names.
  '$ids',
])

/**
 * By host, in the order in which they were heard of. At most they are told something in that order, and what leaves in different
 * directions has none.
 */
const unordered = new Set(['$peers', '$asked', '$promised', '$askers', '$owed', '$byHost'])

const describe = Symbol('describe')

interface Described {
  [describe](): string
}

/** Closures that the engine keeps: what each will do is in the name that it gets here. */
export const closures = new WeakMap<object, string>()

export function canonical(life: Life): string {
  const out: string[] = []
  new Walk(life, out).value(life.engine)
  for (const task of life.tasks) out.push('|', kindOf(task))
  return out.join('')
}

class Walk {
  readonly #life: Life
  readonly #out: string[]
  readonly #seen = new Map<object, number>()

  constructor(life: Life, out: string[]) {
    this.#life = life
    this.#out = out
  }

  value(value: unknown): void {
    const out = this.#out
    if (typeof value === 'function') out.push(this.#function(value))
    else if (typeof value !== 'object' || value === null) out.push(String(value), ',')
    else this.#object(value)
  }

  #function(value: object): string {
    const timer = this.#life.cancels.get(value)
    if (timer) return this.#life.timers.includes(timer) ? `T(${timer.kind})` : 'T-'
    return closures.get(value) ?? 'f'
  }

  #object(value: object): void {
    const out = this.#out
    const known = this.#seen.get(value)
    if (known !== undefined) {
      out.push('@', String(known))
      return
    }
    this.#seen.set(value, this.#seen.size)
    if (describe in value) out.push((value as Described)[describe]())
    else if (value instanceof Promise) out.push('P')
    else if (value instanceof Error) out.push('E', 'code' in value ? String(value.code) : value.message)
    else if (value instanceof Uint8Array) out.push(Buffer.from(value).toString('latin1'))
    else if (value instanceof Map || value instanceof Set || Array.isArray(value)) {
      out.push('[')
      for (const item of value) this.value(item)
      out.push(']')
    } else {
      out.push('{')
      for (const [name, item] of Object.entries(value)) {
        if (passedOver.has(name)) continue
        out.push(name, ':')
        if (unordered.has(name) && item instanceof Map) {
          this.value([...item].sort(([a], [b]) => (a < b ? -1 : 1)))
          continue
        }
        // A peer's standing is the last frame that came of it: only this is ever looked at again.
        if ((name === 'standing' || name === 'before') && typeof item === 'object' && item !== null) {
          const { host, epoch, lineage, durable, settled } = item as Standing
          this.value([host, epoch, lineage.entries, lineage.last, durable, settled])
        } else this.value(item)
      }
      out.push('}')
    }
  }
}

/** The core's digest is of 32 bits; its log is small here, and taken as it is. */
function describeCore(this: Core): string {
  const at = this.at(this.start)
  const log = Buffer.from(this.bytes.buffer, this.bytes.byteOffset + at, this.end - this.start).toString('latin1')
  return `core ${this.start} ${this.end} ${this.sealed} ${this.digest()} ${log}`
}

export function describedCore(): ReturnType<typeof twin> {
  const make = twin()
  return (limits) => Object.assign(make(limits), { [describe]: describeCore })
}

/** Small tables: a world's states are made many thousand times. */
const hosts_max = 16
const entries_max = 64

export const describedVectors: VectorsMaker = (limits) => new DescribedVectors(limits)

/** The real thing, and a note of what it was told to be durable. */
class DescribedVectors implements Vectors {
  readonly limits: VectorsLimits
  readonly #inner: Vectors
  readonly #stable = new Map<string, number>()

  constructor({ version }: VectorsLimits) {
    this.limits = { hosts_max, entries_max, version }
    this.#inner = twinVectors()(this.limits)
  }

  get entries(): Float64Array {
    return this.#inner.entries
  }
  get open(): number {
    return this.#inner.open
  }
  get frozen(): boolean {
    return this.#inner.frozen
  }
  get hosts(): number {
    return this.#inner.hosts
  }
  get memory_bytes(): number {
    return this.#inner.memory_bytes
  }

  merge(count: number): ReturnType<Vectors['merge']> {
    return this.#inner.merge(count)
  }
  freeze(): void {
    this.#inner.freeze()
  }
  seal(): number {
    return this.#inner.seal()
  }
  stable(count: number): number {
    const { entries } = this
    for (let at = 0; at < count * 3; at += 3) {
      const key = `${entries[at]} ${entries[at + 1]}`
      this.#stable.set(key, Math.max(this.#stable.get(key) ?? 0, entries[at + 2] ?? 0))
    }
    return this.#inner.stable(count)
  }
  committed(durable: number): number {
    return this.#inner.committed(durable)
  }
  lost(host: number, epoch: number, first: number): number {
    return this.#inner.lost(host, epoch, first)
  }
  unstable(version: number): number {
    return this.#inner.unstable(version)
  }
  forget(): void {
    this.#inner.forget()
  }
  rewind(to: number): void {
    this.#inner.rewind(to)
  }
  digest(): number {
    return this.#inner.digest()
  }

  [describe](): string {
    const stable = [...this.#stable].map(([key, version]) => `${key} ${version}`).sort()
    const rows: string[] = []
    for (let version = this.committed(this.open) + 1; version <= this.open; version += 1) {
      const count = this.unstable(version)
      rows.push(`${version}: ${this.entries.subarray(0, count * 3).join()}`)
    }
    return `vectors ${this.open} ${this.frozen} ${rows.join('; ')} stable ${stable.join()}`
  }
}

/** What a host keeps of an answer that waits: which one it is. */
export function nameClosures(host: LiveHost, input: () => string): void {
  const { sendSchedule } = host
  const atCommitted = sendSchedule.atCommitted.bind(sendSchedule)
  sendSchedule.atCommitted = (version, run) => {
    closures.set(run, `${kindOf(run)} of ${input()}`)
    atCommitted(version, run)
  }
}
