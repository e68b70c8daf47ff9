/**
 * What a host's state depends on, and what becomes of the states of other hosts: it hears how far they have come, looks at
 * each new life of a peer for what was lost with the old one, and goes back if it depends on that.
 *
 * @module
 */
import { DarqError } from '../error.ts'
import type { Dependency } from './dependency.ts'
import type { HostEvent } from './event-log.ts'
import { type HostId, partsOf } from './host-id.ts'
import { type Fate, fate, type Peers, type Standing } from './peer.ts'
import type { PeerDurability } from './peer-durability.ts'
import type { Questions } from './questions.ts'
import type { Recovered } from './recovery.ts'
import type { Speculation } from './speculation.ts'
import type { Epoch, Version } from './types.ts'

/** What tracking needs of its host. */
interface TrackingHost {
  readonly name: string
  readonly id: HostId
  readonly epoch: Epoch
  readonly standing: Standing
  readonly versions: { readonly durable: Version; readonly committed: Version }
  readonly speculation: Speculation
  readonly peers: Peers
  readonly peerDurability: Pick<PeerDurability, 'settle' | 'forget'>
  readonly questions: Pick<Questions, 'answered' | 'again'>
  readonly logEvent: ((what: HostEvent) => void) | undefined
  /** The open version has something in it. */
  readonly hasGrown: boolean
  /** Closes the open version. */
  seal(): void
  /** Everything that waited for what is committed now goes on. */
  settle(): void
  /** A peer has begun a new life. */
  restarted(peer: string): void
  /** Ends this life; the next one goes on from version `to`. */
  goBack(to: Version, why: string): void
  /** @throws {DarqError} `withdrawn` when it has gone back */
  assertRunning(): void
  report(error: DarqError, where: string): void
}

export class DependencyTracking {
  readonly #host: TrackingHost
  /** Knows where messages came from that are not committed. */
  readonly #receiver: { examine(name: string): Version }

  constructor(host: TrackingHost, receiver: { examine(name: string): Version }) {
    this.#host = host
    this.#receiver = receiver
  }

  /** What the versions that are not settled depend on, as it was stored with them. */
  recovered({ unsettled, committed, lineage }: Recovered): void {
    const { speculation } = this.#host
    const byVersion = new Map(unsettled.map(({ version, dependencies }) => [version, dependencies]))
    for (let version = (committed + 1) as Version; version <= lineage.last; version = (version + 1) as Version) {
      const dependencies = byVersion.get(version) ?? []
      speculation.merge(dependencies.filter((dependency) => this.fateOf(dependency) !== 'durable'))
      speculation.seal()
    }
  }

  /** May messages of that version leave, if at most `k` hosts may be able to revoke them? */
  mayLeave(version: Version, k: number): boolean {
    const { versions, speculation } = this.#host
    if (k === Number.POSITIVE_INFINITY) return true
    const own = version > versions.durable ? 1 : 0
    return k > 0 && speculation.hosts(version) + own <= k
  }

  /** What became of a state, of this host or another. */
  fateOf(dependency: Dependency): Fate {
    const host = this.#host
    if (partsOf(dependency.host).name !== host.name) return host.peers.fateOf(dependency)
    // One's own: what this life has made can't be lost while it goes on.
    if (dependency.host !== host.id) return 'lost'
    const { epoch, version } = dependency
    if (epoch === host.epoch) return version <= host.speculation.open ? 'durable' : 'lost'
    const decided = fate(host.standing, dependency)
    return decided === 'unknown' ? 'lost' : decided
  }

  /**
   * What a peer says of itself, before anything else that it says.
   *
   * @throws {DarqError} `fenced`: it speaks for a life that is over. `withdrawn`: it has lost what this host depends on, which
   * goes back.
   */
  hear(standing: Standing): void {
    const { host, epoch, durable } = standing
    if (partsOf(host).name === this.#host.name)
      throw new DarqError('fenced', { retryable: false, facts: { expected: 'another host', got: host } })
    const { peers, speculation, peerDurability, questions } = this.#host
    const heard = peers.hear(standing)
    if (heard === 'older')
      throw new DarqError('fenced', {
        retryable: false,
        facts: { expected: `epoch ${peers.epochOf(host)} of ${host}`, got: epoch },
      })
    if (heard === 'news') {
      speculation.stable([{ host, epoch, version: durable }, ...peerDurability.settle(standing)])
      questions.answered()
      this.#host.settle()
    } else if (heard === 'newer') this.#examine(standing)
  }

  #examine({ host, epoch }: Standing): void {
    const { peers, peerDurability, questions } = this.#host
    // What a stranger has sent was committed there: no new life of it can have lost that, whatever it says.
    if (!peers.isStranger(host)) this.#examineLoss(host, epoch)
    this.#host.restarted(host)
    // What it owed word of, it owes no more.
    if (peerDurability.forget(host)) questions.again()
    this.#host.settle()
  }

  #examineLoss(host: string, epoch: Epoch): void {
    const { peers, speculation } = this.#host
    const { name } = partsOf(host)
    const undecided = speculation.examine(name, (dependency) => {
      const fate = peers.fateOf(dependency)
      if (fate === 'forgotten')
        this.#host.report(
          new DarqError('forgotten', { facts: { expected: `a state of ${host}`, got: dependency.epoch } }),
          name,
        )
      return fate
    })
    const to = Math.min(undecided, this.#receiver.examine(name)) as Version
    if (to < speculation.open) {
      this.#host.logEvent?.({ kind: 'withdrawn', to, because: { host, epoch } })
      this.#host.goBack(to, `${host} has lost in epoch ${epoch} what versions above ${to} depend on`)
      this.#host.assertRunning()
    }
  }

  /**
   * What is seen by who looks at this host now, and may still be lost: its own state, and what that depends on. From here on
   * that is fixed.
   */
  seen(): readonly Dependency[] {
    const { id, epoch, speculation, versions, hasGrown } = this.#host
    // What names a version fixes what it depends on. An empty one is not named.
    if (hasGrown) speculation.freeze()
    const version = (hasGrown ? speculation.open : speculation.open - 1) as Version
    const seen = version > versions.committed ? speculation.unstable(version) : []
    return version > versions.durable ? [...seen, { host: id, epoch, version }] : seen
  }

  /**
   * @returns those of the states that are not known to be durable
   * @throws {DarqError} `session_lost`: one is known to be lost
   */
  unsettled(states: readonly Dependency[]): readonly Dependency[] {
    return states.filter((state) => {
      const fate = this.fateOf(state)
      if (fate === 'lost' || fate === 'forgotten') throw new DarqError('session_lost', { facts: { ...state } })
      return fate === 'unknown'
    })
  }

  /**
   * Lets the open version depend on states of other hosts. If that is fixed already, the next one.
   *
   * @throws {DarqError} `backpressure`: too many hosts; nothing changed then
   */
  depend(dependencies: readonly Dependency[]): void {
    const { speculation } = this.#host
    let merged = speculation.merge(dependencies)
    if (merged === 'frozen') {
      this.#host.seal()
      merged = speculation.merge(dependencies)
    }
    if (merged === 'full')
      throw new DarqError('backpressure', { facts: { expected: 'fewer hosts that are not durable yet', got: 'more' } })
  }
}
