/**
 * What the events of an event log come to: of each host its lives and its versions, and the messages between hosts.
 *
 * @module
 */
import { partsOf } from '../../engine/host-id.ts'
import type { LoggedEvent } from '../../engine/index.ts'

/** One version of a host. Times of grades that it has not reached are left out. */
export interface VersionHistory {
  readonly version: number
  /** When it was first heard of. */
  readonly from_ms: number
  durable_ms?: number
  committed_ms?: number
  /** It was never to be: lost with the process, or withdrawn because of another's loss. */
  over?: { readonly at_ms: number; readonly how: 'lost' | 'withdrawn' }
}

/** One epoch of a host. `end` is left out while it goes on. */
export interface Life {
  readonly from_ms: number
  end?: { readonly at_ms: number; readonly how: 'crashed' | 'closed' } | (WithdrawnLife & { readonly at_ms: number })
}

interface WithdrawnLife {
  readonly how: 'withdrawn'
  readonly to: number
  /** Name of the host that has lost something. */
  readonly because: string
}

export interface HostHistory {
  readonly name: string
  readonly lives: Life[]
  readonly versions: VersionHistory[]
}

/** Messages on their way from one host to another. */
export interface Flight {
  readonly from: { readonly host: string; readonly at_ms: number; readonly of: VersionHistory | undefined }
  readonly to: { readonly host: string; readonly at_ms: number; readonly into: VersionHistory | undefined }
  readonly how: 'depends' | 'stable' | 'refused'
  /** The DARQs, and the sequences. */
  readonly what: string
}

export interface Histories {
  readonly hosts: readonly HostHistory[]
  readonly flights: readonly Flight[]
  readonly from_ms: number
  readonly to_ms: number
}

/**
 * @param events of any number of hosts, in any order
 * @param names of the hosts that come first; the others follow as they appear
 */
export function historiesOf(events: readonly LoggedEvent[], names: readonly string[] = []): Histories {
  const sorted = events.toSorted((a, b) => a.at_ms - b.at_ms)
  const reading = new Reading(names)
  for (const event of sorted) reading.read(event)
  return {
    hosts: reading.hosts.filter(({ lives }) => lives.length > 0),
    flights: reading.flights,
    from_ms: sorted[0]?.at_ms ?? 0,
    to_ms: sorted.at(-1)?.at_ms ?? 0,
  }
}

class ReadHost implements HostHistory {
  readonly name: string
  readonly lives: Life[] = []
  readonly versions: VersionHistory[] = []
  /** Those that stand, by number. */
  readonly #standing = new Map<number, VersionHistory>()
  #durable = 0

  constructor(name: string) {
    this.name = name
  }

  /** An event log may begin in the middle of a life. */
  heard(at_ms: number): void {
    if (this.lives.length === 0) this.lives.push({ from_ms: at_ms })
  }

  /** @returns `undefined` for one that was over and done before the event log began */
  version(version: number, at_ms: number): VersionHistory | undefined {
    const known = this.#standing.get(version)
    if (known !== undefined || version <= this.#durable) return known
    const made: VersionHistory = { version, from_ms: at_ms }
    this.#standing.set(version, made)
    this.versions.push(made)
    return made
  }

  durable(to: number, at_ms: number): void {
    this.#durable = Math.max(this.#durable, to)
    for (const history of this.#standing.values()) if (history.version <= to) history.durable_ms ??= at_ms
  }

  committed(to: number, at_ms: number): void {
    for (const history of this.#standing.values()) if (history.version <= to) history.committed_ms ??= at_ms
  }

  end(end: Life['end'] & object): void {
    const life = this.lives.at(-1)
    if (life !== undefined) life.end ??= end
  }

  /** Another life begins: what it has not found is no more. A process that was killed could not tell that it ended. */
  opened(found: number, committed: number, at_ms: number): void {
    this.end({ how: 'crashed', at_ms })
    const end = this.lives.at(-1)?.end
    for (const [version, history] of this.#standing) {
      if (version <= found) continue
      this.#standing.delete(version)
      history.over = { at_ms: end?.at_ms ?? at_ms, how: end?.how === 'withdrawn' ? 'withdrawn' : 'lost' }
    }
    this.#durable = 0
    this.durable(found, at_ms)
    this.committed(committed, at_ms)
    this.lives.push({ from_ms: at_ms })
  }
}

type Sent = LoggedEvent & { kind: 'sent' }
type Received = LoggedEvent & { kind: 'taken' | 'refused' }

class Reading {
  readonly flights: Flight[] = []
  readonly #hosts = new Map<string, ReadHost>()
  readonly #sent = new Map<string, { readonly event: Sent; readonly of: VersionHistory | undefined }[]>()

  constructor(names: readonly string[]) {
    for (const name of names) this.#hosts.set(name, new ReadHost(name))
  }

  get hosts(): HostHistory[] {
    return [...this.#hosts.values()]
  }

  read(event: LoggedEvent): void {
    const { at_ms } = event
    const host = this.#host(event.host)
    if (event.kind !== 'opened') host.heard(at_ms)
    switch (event.kind) {
      case 'opened':
        host.opened(event.found, event.committed, at_ms)
        break
      case 'sealed':
        host.version(event.version, at_ms)
        break
      case 'durable':
        host.durable(event.version, at_ms)
        break
      case 'committed':
        host.committed(event.version, at_ms)
        break
      case 'withdrawn':
        host.end({ how: 'withdrawn', at_ms, to: event.to, because: nameOf(event.because.host) })
        break
      case 'stopped':
        host.end({ how: 'crashed', at_ms })
        break
      case 'closed':
        host.end({ how: 'closed', at_ms })
        break
      case 'sent':
        this.#leaves(event, host.version(event.version, at_ms))
        break
      case 'taken':
        this.#arrives(event, host.version(event.into, at_ms), event.depends ? 'depends' : 'stable')
        break
      case 'refused':
        this.#arrives(event, undefined, 'refused')
        break
    }
  }

  #host(id: string): ReadHost {
    const name = nameOf(id)
    const known = this.#hosts.get(name)
    if (known !== undefined) return known
    const made = new ReadHost(name)
    this.#hosts.set(name, made)
    return made
  }

  #leaves(event: Sent, of: VersionHistory | undefined): void {
    const channel = `${event.host} ${event.from} ${event.to}`
    const sent = this.#sent.get(channel)
    if (sent === undefined) this.#sent.set(channel, [{ event, of }])
    else sent.push({ event, of })
  }

  #arrives(event: Received, into: VersionHistory | undefined, how: Flight['how']): void {
    const { of, from, to, first, count, at_ms } = event
    const sent = this.#sent
      .get(`${of.host} ${from} ${to}`)
      ?.findLast(({ event: { first: start, count: length } }) => start <= first && first < start + length)
    if (sent === undefined) return
    this.flights.push({
      from: { host: nameOf(of.host), at_ms: sent.event.at_ms, of: sent.of },
      to: { host: nameOf(event.host), at_ms, into },
      how,
      what: `${from} → ${to}, ${count === 1 ? `message ${first}` : `messages ${first} to ${first + count - 1}`}`,
    })
  }
}

const nameOf = (id: string): string => partsOf(id).name
