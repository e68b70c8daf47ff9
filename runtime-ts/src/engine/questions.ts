/**
 * Who asks whom what is durable. A host asks those whose undecided states its own versions depend on, once for each commit,
 * and again by timer; it is told when that is decided. Every frame carries its sender's standing, so that any may answer.
 *
 * @module
 */
import type { Dependency } from './dependency.ts'
import { encodeFrame } from './frame.ts'
import type { LiveHost } from './host.ts'
import { partsOf } from './host-id.ts'
import type { Version } from './types.ts'

const retry_ms_min = 250
const retry_ms_max = 5_000
const askers_max = 10_000

export class Questions {
  readonly #host: LiveHost
  /** By host and epoch: the newest version that was asked about. */
  readonly #asked = new Map<string, Version>()
  #retry_ms = retry_ms_min
  #timer: (() => void) | undefined
  /** By address: who asked, and the newest version that was meant. */
  readonly #askers = new Map<string, { readonly host: string; readonly version: Version }>()

  constructor(host: LiveHost) {
    this.#host = host
  }

  /** Asks about all that is unstable and was not asked about yet. */
  ask(): void {
    const { speculation } = this.#host
    const byHost = new Map<string, Dependency[]>()
    let unstable = 0
    for (const dependency of speculation.unstable(speculation.open)) {
      unstable += 1
      const { host, epoch, version } = dependency
      const key = `${host} ${epoch}`
      if ((this.#asked.get(key) ?? 0) >= version) continue
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
      this.#asked.clear()
      this.ask()
    })
  }

  #settled(): void {
    this.stop()
    this.#asked.clear()
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

  answer(address: string, addressee: string): void {
    const host = this.#host
    host.transmit(address, encodeFrame({ type: 'told', ...host.standing, addressee }), () => {})
  }

  stop(): void {
    this.#timer?.()
    this.#timer = undefined
  }
}
