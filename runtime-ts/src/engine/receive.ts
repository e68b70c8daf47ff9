/**
 * A frame of another host: the receiver's side of its channels, the acks to one's own, questions and their answers.
 *
 * @module
 */
import { DarqError } from '../error.ts'
import { type ArrivingDarq, arrive } from './arrive.ts'
import type { Channel } from './channel.ts'
import type { StoredVersion } from './commit-value.ts'
import type { Dependency } from './dependency.ts'
import type { DependencyTracking } from './dependency-tracking.ts'
import type { HostEvent } from './event-log.ts'
import { type Ack, type Ask, type Data, decodeFrame, encodeFrame } from './frame.ts'
import { channelId, type HostId, partsOf } from './host-id.ts'
import { inRecords } from './in-records.ts'
import type { Peers, Standing } from './peer.ts'
import type { PeerDurability } from './peer-durability.ts'
import type { Questions } from './questions.ts'
import type { SendSchedule } from './send-schedule.ts'
import type { Speculation } from './speculation.ts'
import type { EngineLimits, Epoch, Version } from './types.ts'

/** A DARQ that takes messages of other hosts. */
interface ReceivingDarq extends ArrivingDarq {
  /** The next sequence expected of this producer. */
  expected(producer: Uint8Array): number
}

/** What the receiver needs of its host. */
interface ReceivingHost {
  readonly id: HostId
  readonly epoch: Epoch
  readonly limits: Pick<EngineLimits, 'frame_bytes_max'>
  readonly standing: Standing
  readonly versions: { readonly durable: Version; readonly committed: Version }
  readonly peers: Pick<Peers, 'fateOf' | 'isStranger'>
  readonly tracking: Pick<DependencyTracking, 'fateOf' | 'hear' | 'depend'>
  readonly speculation: Pick<Speculation, 'open'>
  readonly sendSchedule: Pick<SendSchedule, 'atCommitted'>
  readonly questions: Pick<Questions, 'answer' | 'wants' | 'promised'>
  readonly peerDurability: Pick<PeerDurability, 'take'>
  readonly logEvent: ((what: HostEvent) => void) | undefined
  /** @throws {DarqError} `unknown_address`, `backpressure`, `closed` */
  localDarq(name: string): ReceivingDarq
  existing(name: string): { channelTo(to: string): Channel | undefined } | undefined
  transmit(to: string, frame: Uint8Array, lost: (error: DarqError) => void): void
  report(error: DarqError, where: string): void
}

/** Sequences that arrived but are not committed: from which one on, per version. */
interface Uncommitted {
  readonly version: Version
  readonly first: number
  /** The newest state of the sender that they come from, durable or not. */
  origin: Origin
}

type Origin = Pick<Dependency, 'epoch' | 'version'>

const encoder = new TextEncoder()

export class Receiver {
  readonly #host: ReceivingHost
  /** Per channel: a DARQ may have one to each of several here. */
  readonly #uncommitted = new Map<string, Uncommitted[]>()

  constructor(host: ReceivingHost) {
    this.#host = host
  }

  /** What was found in the logs and is not committed. */
  recovered(unsettled: readonly StoredVersion[], committed: Version): void {
    for (const { version, parts } of unsettled) {
      if (version <= committed) continue
      for (const { name, bytes } of parts)
        for (const { producer, first, originEpoch, originVersion } of inRecords(bytes))
          this.#arrived(`${producer} ${name}`, version, first, { epoch: originEpoch, version: originVersion })
    }
  }

  /**
   * Looks at where the messages came from that hosts of that name have sent, and that are not committed here. What was durable
   * there may be gone: with what it depended on, on which this host depends as well, and may not know yet that it is lost. But
   * the sequences that it had are given out anew.
   *
   * @returns the newest version without such a message; the open one if there is none
   */
  examine(name: string): Version {
    const { peers, versions, speculation } = this.#host
    let newest = speculation.open
    for (const [channel, rows] of this.#uncommitted) {
      const host = channel.slice(0, channel.indexOf('/'))
      if (partsOf(host).name !== name) continue
      for (const { version, origin } of rows) {
        const fate = peers.fateOf({ host, ...origin })
        const isGone = fate === 'lost' || fate === 'forgotten'
        if (isGone && version > versions.committed) newest = Math.min(newest, version - 1) as Version
      }
    }
    return newest
  }

  /**
   * @throws {DarqError} `bad_frame`, `too_large`, `newer_format`, `unknown_address`, `fenced`, `backpressure`; nothing changed
   * then. `withdrawn`: the host goes back, because the frame's sender has lost what it depends on.
   */
  receive(from: string, bytes: Uint8Array): void {
    const frame = decodeFrame(bytes, this.#host.limits.frame_bytes_max)
    // Before anything else is read of it: only then do its numbers mean anything.
    this.#host.tracking.hear(frame)
    if (frame.type === 'data') this.#data(from, frame)
    else if (frame.type === 'ack') this.#host.existing(frame.to)?.channelTo(frame.from)?.answered?.(frame)
    else if (frame.type === 'ask') this.#asked(from, frame)
  }

  #asked(from: string, { host: asker, addressee, states }: Ask): void {
    const { id, epoch, versions, questions } = this.#host
    const undecided = states.filter((state) => state.epoch === epoch && state.version > versions.durable)
    const isMeant = addressee === id
    if (isMeant)
      for (const { version } of undecided)
        if (version <= this.#host.speculation.open) questions.wants(from, asker, version)
    if (!isMeant || undecided.length < states.length) questions.answer(from, asker)
  }

  #data(from: string, frame: Data): void {
    const host = this.#host
    const producer = channelId(frame.host, frame.from)
    const channel = `${producer} ${frame.to}`
    const answer = () => this.#answer(from, frame, channel, frame.first + frame.count)
    const darq = host.localDarq(frame.to)
    // Meant for a generation that is gone, or nothing but a question: say who one is and what is expected.
    if (frame.addressee !== host.id || frame.count === 0) {
      answer()
      return
    }
    const dependencies = this.#unstable(frame)
    // It comes from a state that is lost: the sender will learn of it, and send what is left of it again.
    if (dependencies === 'lost') {
      const { from, to, first, count } = frame
      host.logEvent?.({ kind: 'refused', of: origin(frame), from, to, first, count })
      answer()
      return
    }
    const version = this.#take(darq, frame, encoder.encode(producer), dependencies)
    if (
      version !== undefined &&
      this.#arrived(channel, version.version, version.first, origin(frame)) &&
      dependencies.length > 0
    )
      host.sendSchedule.atCommitted(version.version, () => this.#answer(from, frame, channel, 0))
    if (version !== undefined && version.first > 0) {
      this.#tell(frame, version, dependencies.length > 0)
      if (dependencies.length > 0) {
        host.peerDurability.take(frame.host, { epoch: frame.epoch, version: frame.version, states: dependencies })
        host.questions.promised(dependencies)
      }
    }
    const waits = this.#uncommitted.get(channel)?.at(-1)
    if (version === undefined || waits === undefined || dependencies.length > 0) answer()
    else host.sendSchedule.atCommitted(waits.version, answer)
  }

  #tell(frame: Data, { version: into, first }: { version: Version; first: number }, depends: boolean): void {
    const { from, to } = frame
    const count = frame.first + frame.count - first
    this.#host.logEvent?.({ kind: 'taken', of: origin(frame), into, depends, from, to, first, count })
  }

  /** What the messages depend on and is not known to be durable, the sender's own state among it. */
  #unstable({ host: sender, epoch, version, durable, dependencies }: Data): readonly Dependency[] | 'lost' {
    // Nothing of it was committed there if this is not: it could be taken back.
    if (this.#host.peers.isStranger(sender) && (version > durable || dependencies.length > 0))
      throw new DarqError('bad_frame', {
        facts: { expected: 'what is committed at a host that anybody may claim to be', got: `version ${version}` },
      })
    const unstable: Dependency[] = []
    // A later frame may have said already that it is durable.
    const all = version > durable ? [...dependencies, { host: sender, epoch, version }] : dependencies
    for (const dependency of all) {
      const fate = this.#host.tracking.fateOf(dependency)
      if (fate === 'unknown') unstable.push(dependency)
      else if (fate !== 'durable') return 'lost'
    }
    return unstable
  }

  /** @returns what came; `undefined` for a gap: the answer says what is expected */
  #take(
    darq: ReceivingDarq,
    frame: Data,
    producer: Uint8Array,
    dependencies: readonly Dependency[],
  ): { readonly version: Version; readonly first: number } | undefined {
    const { first, version, epoch, lineage, messages } = frame
    const before = darq.expected(producer)
    if (first > before) return undefined
    const {
      lsns,
      expected,
      version: taken,
    } = arrive(darq, {
      producer,
      first,
      originEpoch: lineage.epochOf(version) ?? epoch,
      originVersion: version,
      messages,
      ...(dependencies.length > 0 && { depends: () => this.#host.tracking.depend(dependencies) }),
    })
    return { version: taken, first: lsns.length > 0 ? expected - lsns.length : 0 }
  }

  /** @returns whether it is the first of its version */
  #arrived(channel: string, version: Version, first: number, origin: Origin): boolean {
    if (first === 0) return false
    const rows = this.#uncommitted.get(channel)
    const newest = rows?.at(-1)
    if (newest?.version === version) {
      newest.origin = origin
      return false
    }
    if (rows) rows.push({ version, first, origin })
    else this.#uncommitted.set(channel, [{ version, first, origin }])
    return true
  }

  #answer(to: string, { host: peer, epoch, from, to: name }: Data, channel: string, answers: number): void {
    const host = this.#host
    const expected = host.localDarq(name).expected(encoder.encode(channelId(peer, from)))
    const rows = this.#uncommitted.get(channel)
    while (rows?.[0] && rows[0].version <= host.versions.committed) rows.shift()
    if (rows?.length === 0) this.#uncommitted.delete(channel)
    const ack: Ack = {
      type: 'ack',
      ...host.standing,
      from: name,
      to: from,
      addressee: peer,
      echo: epoch,
      answers,
      expected,
      committed: rows?.[0]?.first ?? expected,
    }
    host.transmit(to, encodeFrame(ack), (error) => host.report(error, `answer to ${peer}`))
  }
}

/** The state of the sender that messages come from. */
const origin = ({ host, epoch, version, lineage }: Data): Dependency => ({
  host,
  epoch: lineage.epochOf(version) ?? epoch,
  version,
})
