/**
 * A channel between two DARQs of one host. They are lost and recovered together, so a message need not wait for storage: it
 * is handed over at once, in the same version.
 *
 * @module
 */
import type { Lsn } from '@darq/core'
import { DarqError } from '../error.ts'
import { type ArrivingDarq, arrive } from './arrive.ts'
import type { Channel } from './channel.ts'
import { channelId, type HostId } from './host-id.ts'
import { OutQueue, type QueuingDarq } from './out-queue.ts'
import type { SendSchedule } from './send-schedule.ts'
import type { Clock, EngineLimits, Epoch, Version } from './types.ts'

const retry_ms = 100
const retry_ms_max = 10_000

/** What a channel to a DARQ of the same host needs of the DARQ that sends. */
export interface LocallySendingDarq extends QueuingDarq {
  readonly name: string
  readonly host: {
    readonly id: HostId
    readonly epoch: Epoch
    readonly clock: Clock
    readonly limits: Pick<EngineLimits, 'channel_bytes_max'>
    readonly versions: { readonly committed: Version }
    readonly sendSchedule: Pick<SendSchedule, 'whenCommitted'>
    /** @throws {DarqError} `unknown_address`, `backpressure`, `closed` */
    localDarq(name: string): ArrivingDarq & { expected(producer: Uint8Array): number }
    report(error: DarqError, where: string): void
  }
  versionOf(lsn: Lsn): Version
}

export class LocalChannel implements Channel {
  readonly to: string
  readonly #darq: LocallySendingDarq
  readonly #queue: OutQueue
  readonly #producer: Uint8Array
  #isSending = false
  #retry_ms = retry_ms
  #timer: (() => void) | undefined

  constructor(darq: LocallySendingDarq, to: string) {
    this.to = to
    this.#darq = darq
    this.#queue = new OutQueue(darq)
    this.#producer = new TextEncoder().encode(channelId(darq.host.id, darq.name))
  }

  push(lsn: Lsn, gated: boolean): void {
    this.recover(lsn, gated)
    this.sendReady()
  }

  recover(lsn: Lsn, gated: boolean): void {
    this.#queue.push({ lsn, version: this.#darq.versionOf(lsn), gated })
  }

  sendReady(): void {
    const { host } = this.#darq
    // A hand-over can make the other DARQ send back; order in the channel comes first.
    if (this.#isSending || this.#timer || this.#queue.length === 0) return
    this.#isSending = true
    try {
      const { committed } = host.versions
      const target = host.localDarq(this.to)
      // What was handed over before a restart is there, and is forgotten here even if the other log is full.
      this.#queue.acknowledge(Math.min(target.expected(this.#producer), this.#queue.end))
      while (this.#queue.length > 0) {
        const batch = this.#queue.collect(
          this.#queue.first,
          host.limits.channel_bytes_max,
          (out) => !out.gated || out.version <= committed,
        )
        if (batch.count === 0) {
          host.sendSchedule.whenCommitted(this)
          break
        }
        const { expected } = arrive(target, {
          producer: this.#producer,
          first: batch.first,
          originEpoch: host.epoch,
          originVersion: batch.version,
          messages: batch.messages,
          handedOver: true,
        })
        this.#queue.acknowledge(expected)
        this.#retry_ms = retry_ms
      }
    } catch (error) {
      if (!(error instanceof DarqError)) throw error
      this.#later(error)
    } finally {
      this.#isSending = false
    }
  }

  /** The other log is full, or there is no such DARQ (yet): the message stays, and is sent again. */
  #later(error: DarqError): void {
    const { host } = this.#darq
    if (error.code === 'closed') return
    host.report(error, `${this.#darq.name} → ${this.to}`)
    this.#timer = host.clock.wake(host.clock.now_ms() + this.#retry_ms, () => this.retry())
    this.#retry_ms = Math.min(this.#retry_ms * 2, retry_ms_max)
  }

  retry(): void {
    this.close()
    this.sendReady()
  }

  close(): void {
    this.#timer?.()
    this.#timer = undefined
  }
}
