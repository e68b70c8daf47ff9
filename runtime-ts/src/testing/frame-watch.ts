/**
 * What frames between hosts give away: that a host speaks of what it may still lose (G5) or before its epoch stands in its
 * store (G3), takes what was meant for another generation (G3), or hears that storage was lost and says nothing (G10).
 *
 * @module
 */
import { Kind } from '@darq/core'
import { type Ack, type Data, decodeFrame, type Frame } from '../engine/frame.ts'
import type { LiveHost } from '../engine/host.ts'
import { channelId } from '../engine/host-id.ts'
import { addressed, readWhole } from '../engine/records.ts'
import type { Epoch, Version } from '../engine/types.ts'
import type { DarqError } from '../error.ts'
import type { Causality } from './causality.ts'
import type { PathCounts } from './rare-paths.ts'

/** The newest version, and the newest epoch, that are in a sender's store. */
export interface Stored {
  readonly written: Version
  readonly claimed: Epoch
  /** How many hosts may be able to revoke what it sends. */
  readonly k: number
}

/** What one life of a sender may rely on, for one of its channels. */
interface Promised {
  readonly from: string
  readonly to: string
  life: Epoch
  /** Everything below it has forgotten, or it was told to be committed: by this host in this epoch. */
  committed: number
  by: string
  epoch: Epoch
  /** The sequence behind the newest that it has found in its log, or sent. */
  end: number
}

const encoder = new TextEncoder()

export class FrameWatch {
  /** Some storage broke its promise: channels may break. */
  isLossy = false
  readonly #violate: (what: string) => void
  readonly #paths: PathCounts
  readonly #causality: Causality
  /** By the sender's host id, then by channel. */
  readonly #promised = new Map<string, Map<string, Promised>>()
  /** The newest epoch of each peer that a life has heard of. */
  readonly #heard = new WeakMap<LiveHost, Map<string, Epoch>>()
  /** Channels whose break was told, per life: `epoch from → to`. */
  readonly #told = new Set<string>()
  readonly #ids = new Map<string, Uint8Array>()

  constructor(violate: (what: string) => void, paths: PathCounts, causality: Causality) {
    this.#violate = violate
    this.#causality = causality
    this.#paths = paths
  }

  /** A frame leaves. @returns it, decoded */
  leaves(name: string, { written, claimed, k }: Stored, bytes: Uint8Array): Frame {
    const frame = decodeFrame(bytes, Number.POSITIVE_INFINITY)
    if (frame.epoch > claimed) this.#violate(`G3: ${name} speaks in epoch ${frame.epoch}, which its store doesn't know`)
    // The store of one that was replaced may hold less by now: its new owner has gone back.
    if (frame.epoch === claimed && frame.durable > written)
      this.#violate(`G4: ${name} tells version ${frame.durable} durable, but its store holds ${written}`)
    if (frame.type !== 'data') return frame
    const own = frame.version > frame.durable ? 1 : 0
    const revokers = new Set(frame.dependencies.map(({ host }) => host)).size + own
    if (revokers > k)
      this.#violate(`G5: ${name} sends version ${frame.version}, which ${revokers} hosts can revoke: K is ${k}`)
    if (revokers > 0) this.#paths.sent_speculatively += 1
    const promised = this.#of(frame.host, frame.from, frame.to, frame.epoch)
    if (frame.count > 0) promised.end = Math.max(promised.end, frame.first + frame.count)
    return frame
  }

  /** A frame arrives. @throws what the host throws */
  arrives(host: LiveHost, from: string, frame: Frame, bytes: Uint8Array): void {
    const { messages_accepted } = host.counts
    const { unacknowledged } = host
    const isOld = this.#isOld(host, frame)
    const why = frame.type === 'ack' ? this.#contradiction(host, frame) : undefined
    const isStranger = frame.addressee !== host.id
    const skips = frame.type === 'data' && !isStranger && frame.count > 0 && frame.first > this.#expected(host, frame)
    host.receive(from, bytes)
    const isTaken = host.counts.messages_accepted !== messages_accepted || host.unacknowledged < unacknowledged
    if (isTaken && frame.type === 'data') this.#taken(host, frame)
    if (isTaken && isStranger) this.#violate(`G3: ${host.id} took what was meant for ${frame.addressee}`)
    if (isTaken && isOld)
      this.#violate(`G3: ${host.id} took what an older life has sent or was to get, of ${frame.host}`)
    if (isTaken && skips) this.#violate(`G2: ${host.id} skipped messages of ${frame.from} to ${frame.to}`)
    if (skips && !isTaken) this.#paths.gap_refused += 1
    if (frame.type !== 'ack') return
    if (why === undefined) this.#remember(host, frame)
    else if (!this.isBroken(host, frame.to, frame.from))
      this.#violate(`G10: ${host.id}: ${frame.to} → ${frame.from}: ${why}, and nobody was told`)
  }

  #taken(host: LiveHost, frame: Data): void {
    const version = host.existing(frame.to)?.newest
    if (version !== undefined) this.#causality.taken(host, version, frame)
  }

  /** Is it of an older life of the peer than this one has heard of, or an answer to an older life of this one? */
  #isOld(host: LiveHost, frame: Frame): boolean {
    let heard = this.#heard.get(host)
    if (!heard) {
      heard = new Map()
      this.#heard.set(host, heard)
    }
    const newest = heard.get(frame.host) ?? 0
    if (frame.epoch > newest) heard.set(frame.host, frame.epoch)
    return frame.epoch < newest || (frame.type === 'ack' && frame.echo !== host.epoch)
  }

  /** A host has recovered: what its logs still hold may have been sent, and what they have forgotten was committed. */
  opened(host: LiveHost): void {
    for (const name of host.names) {
      const darq = host.existing(name)
      if (!darq) continue
      const kept = new Map<string, number>()
      for (const lsn of darq.pendingOf(Kind.out)) {
        const { to } = addressed(darq.core, lsn)
        if (!kept.has(to)) kept.set(to, readWhole(darq.core.words, (darq.core.at(lsn) >>> 2) + 2))
      }
      for (const to of kept.keys()) this.#of(host.id, name, to, host.epoch)
      for (const promised of this.#promised.get(host.id)?.values() ?? []) {
        if (promised.from !== name) continue
        promised.life = host.epoch
        promised.end = darq.core.outgoing(this.#bytes(promised.to))
        promised.committed = kept.get(promised.to) ?? promised.end
        promised.by = ''
      }
    }
  }

  /** A host has reported an error. */
  reported(epoch: Epoch | undefined, { code, facts, message }: DarqError): void {
    if (code !== 'peer_lost' && code !== 'peer_rewound') return
    if (!this.isLossy) this.#violate(`G10: no storage was lost, but somebody was told: ${message}`)
    if (typeof facts === 'object' && facts !== null && 'channel' in facts) this.#told.add(`${epoch} ${facts.channel}`)
  }

  /** A frame was refused, which whoever carries it is told. An older generation that is back is never listened to. */
  refused({ epoch, peers }: LiveHost, frame: Frame, { code }: DarqError): void {
    if (code !== 'fenced' || (frame.type !== 'data' && frame.type !== 'ack')) return
    if (peers.epochOf(frame.host) !== 0) return
    if (!this.isLossy) this.#violate(`G3: no storage was lost, but ${frame.host} is taken for an older generation`)
    this.#told.add(`${epoch} ${frame.to} → ${frame.from}`)
    this.#told.add(`${frame.epoch} ${frame.from} → ${frame.to}`)
  }

  /** Was it told that this channel can't go on? */
  isBroken(host: LiveHost, from: string, to: string): boolean {
    return this.#told.has(`${host.epoch} ${from} → ${to}`)
  }

  #of(host: string, from: string, to: string, life: Epoch): Promised {
    let channels = this.#promised.get(host)
    if (!channels) {
      channels = new Map()
      this.#promised.set(host, channels)
    }
    const name = `${from} ${to}`
    let promised = channels.get(name)
    if (!promised) {
      promised = { from, to, life, committed: 1, by: '', epoch: 0 as Epoch, end: 1 }
      channels.set(name, promised)
    }
    return promised
  }

  /** What this life of the host reads from an ack that can't be, unless storage was lost; undefined when all is well. */
  #contradiction(host: LiveHost, ack: Ack): string | undefined {
    if (ack.echo !== host.epoch || ack.addressee !== host.id || !host.existing(ack.to)) return undefined
    const promised = this.#of(host.id, ack.to, ack.from, host.epoch)
    if (promised.life !== host.epoch) return undefined
    const isOvertaken = ack.host === promised.by && ack.epoch <= promised.epoch
    if (ack.expected < promised.committed && !isOvertaken)
      return `${ack.host} expects ${ack.expected}, but everything below ${promised.committed} was committed${promised.by && ` at ${promised.by}`}`
    if (ack.expected > promised.end) return `${ack.host} expects ${ack.expected}, but the next is ${promised.end}`
    return undefined
  }

  #remember(host: LiveHost, ack: Ack): void {
    if (ack.echo !== host.epoch || ack.addressee !== host.id || !host.running) return
    const promised = this.#of(host.id, ack.to, ack.from, host.epoch)
    // A life that was replaced remembers for itself alone.
    if (promised.life !== host.epoch || ack.committed < promised.committed) return
    promised.committed = ack.committed
    promised.by = ack.host
    promised.epoch = ack.epoch
  }

  #expected(host: LiveHost, { host: sender, from, to }: Data): number {
    return host.existing(to)?.core.expected(this.#bytes(channelId(sender, from))) ?? 1
  }

  #bytes(id: string): Uint8Array {
    let bytes = this.#ids.get(id)
    if (!bytes) {
      bytes = encoder.encode(id)
      this.#ids.set(id, bytes)
    }
    return bytes
  }
}
