/**
 * Who learns from whom what is durable. Every frame carries its sender's standing, so that any may bring the news.
 *
 * A host that has sent speculative messages owes word of it when they are committed, and tells it unasked: then what they depended
 * on is durable everywhere. So along a chain of hosts each tells the next, and no host has to ask all. A host asks those whose
 * undecided states its own versions depend on when no host owes it word of them, when K holds a message back, and by timer.
 *
 * @module
 */
import type { DarqError } from '../error.ts'
import type { Dependency } from './dependency.ts'
import { encodeFrame } from './frame.ts'
import { partsOf } from './host-id.ts'
import type { Standing } from './peer.ts'
import type { Speculation } from './speculation.ts'
import type { Clock, Version } from './types.ts'

/** What questions take of the host that asks and answers. */
interface AskingHost {
  readonly clock: Clock
  readonly random: () => number
  readonly counts: { questions_asked: number }
  readonly standing: Standing
  readonly speculation: Pick<Speculation, 'open' | 'unstable' | 'hosts'>
  readonly versions: { readonly committed: Version }
  /** The address of the host of that name. */
  addressOf(host: string): string
  transmit(to: string, frame: Uint8Array, lost: (error: DarqError) => void): void
}

const retry_ms_min = 250
const retry_ms_max = 5_000
const askers_max = 10_000
const owed_max = 10_000

/** A peer that is owed word: of versions from the one to the other, and whatever lies between. */
interface Owed {
  readonly host: string
  readonly first: Version
  readonly last: Version
}

export class Questions {
  readonly #host: AskingHost
  /** By host and epoch: the newest version that was asked about, and the newest that somebody owes word of. */
  readonly #asked = new Map<string, Version>()
  readonly #promised = new Map<string, Version>()
  #retry_ms = retry_ms_min
  #timer: (() => void) | undefined
  /** By address: who asked, and the newest version that was meant. */
  readonly #askers = new Map<string, { readonly host: string; readonly version: Version }>()
  /** By address. */
  readonly #owed = new Map<string, Owed>()

  constructor(host: AskingHost) {
    this.#host = host
  }

  /**
   * Asks about all that is unstable and was not asked about yet.
   *
   * @param also what somebody owes word of: that is known sooner at its source
   */
  ask(also?: 'promised'): void {
    const { speculation } = this.#host
    const byHost = new Map<string, Dependency[]>()
    let unstable = 0
    for (const dependency of speculation.unstable(speculation.open)) {
      unstable += 1
      const { host, version } = dependency
      const key = keyOf(dependency)
      if ((this.#asked.get(key) ?? 0) >= version) continue
      if (also === undefined && (this.#promised.get(key) ?? 0) >= version) continue
      this.#asked.set(key, version)
      const states = byHost.get(host)
      if (states) states.push(dependency)
      else byHost.set(host, [dependency])
    }
    for (const [host, states] of byHost) this.#send(host, states)
    if (unstable > 0) this.#arm()
    else this.#settled()
  }

  #send(addressee: string, states: readonly Dependency[]): void {
    const host = this.#host
    host.counts.questions_asked += 1
    // Lost on the way, it is asked again by the timer.
    host.transmit(
      host.addressOf(partsOf(addressee).name),
      encodeFrame({ type: 'ask', ...host.standing, addressee, states }),
      () => {},
    )
  }

  #arm(): void {
    const { clock, random } = this.#host
    this.#timer ??= clock.wake(clock.now_ms() + this.#retry_ms * (0.5 + random()), () => {
      this.#timer = undefined
      this.#retry_ms = Math.min(this.#retry_ms * 2, retry_ms_max)
      this.again()
    })
  }

  /** A host that was asked, or owed word, may be gone. */
  again(): void {
    this.#asked.clear()
    this.#promised.clear()
    this.ask()
  }

  /** Messages that came depend on these states; their sender owes word of them. */
  promised(states: readonly Dependency[]): void {
    for (const state of states) {
      const key = keyOf(state)
      this.#promised.set(key, Math.max(this.#promised.get(key) ?? 0, state.version) as Version)
    }
  }

  #settled(): void {
    this.stop()
    this.#asked.clear()
    this.#promised.clear()
    this.#retry_ms = retry_ms_min
  }

  /** Something became durable elsewhere: those who answer are there. */
  answered(): void {
    this.#retry_ms = retry_ms_min
  }

  /** @param version undecided as yet */
  wants(address: string, host: string, version: Version): void {
    const known = this.#askers.get(address)
    if (known === undefined && this.#askers.size >= askers_max) return // who asks again by timer is heard then
    this.#askers.set(address, { host, version: Math.max(known?.version ?? 0, version) as Version })
  }

  tell(durable: Version): void {
    for (const [address, { host, version }] of this.#askers) {
      if (version > durable) continue
      this.#askers.delete(address)
      this.answer(address, host)
    }
  }

  /** Messages of that version, which is not committed, leave for that address. */
  owe(address: string, host: string, version: Version): void {
    const known = this.#owed.get(address)
    if (known === undefined && this.#owed.size >= owed_max) return // it will ask
    const first = Math.min(known?.first ?? version, version) as Version
    this.#owed.set(address, { host, first, last: Math.max(known?.last ?? version, version) as Version })
  }

  /** A frame leaves for that address, and brings the news along. */
  brought(address: string): void {
    const owed = this.#owed.get(address)
    const { committed } = this.#host.versions
    if (owed === undefined || committed < owed.first) return
    if (committed >= owed.last) this.#owed.delete(address)
    else this.#owed.set(address, { ...owed, first: (committed + 1) as Version })
  }

  /** More is committed, or known: all who are owed word of it are told. */
  settle(): void {
    const { speculation, versions } = this.#host
    const { committed } = versions
    if (this.#timer !== undefined && speculation.hosts(speculation.open) === 0) this.#settled()
    for (const [address, { host, first }] of this.#owed) if (committed >= first) this.answer(address, host)
  }

  answer(address: string, addressee: string): void {
    const host = this.#host
    host.transmit(address, encodeFrame({ type: 'told', ...host.standing, addressee }), () => {})
  }

  stop(): void {
    this.#timer?.()
    this.#timer = undefined
  }
}

const keyOf = ({ host, epoch }: Dependency): string => `${host} ${epoch}`
