/**
 * A host's place in the world: its disk, the life that owns it, lives that were replaced and do not know it, its clients. It is
 * a machine by itself: events come in, frames go out.
 *
 * @module
 */
import { channelId } from '../../runtime-ts/src/engine/host-id.ts'
import { decodeMessages, encodeMessages } from '../../runtime-ts/src/engine/messages.ts'
import type { Sequence } from '../../runtime-ts/src/engine/types.ts'
import { DarqError } from '../../runtime-ts/src/error.ts'
import { hostOf, type MadeBy, readMessage } from './application.ts'
import { Disk } from './disk.ts'
import type { Event } from './event.ts'
import { Life } from './life.ts'
import { openLife } from './opening.ts'
import { decoded } from './readable-frame.ts'
import type { Scope } from './scope.ts'
import { checkTold, type Promised } from './told.ts'
import { Violation } from './violation.ts'

/** An outside client of one DARQ: keeps each message until it is committed. */
export interface Client {
  readonly darq: string
  readonly names: readonly string[]
  /** So many were enqueued in the present life, or are committed. */
  sent: number
  committed: number
}

/** Something that a host has taken, and the version that it became part of. */
export interface Taken {
  readonly version: number
  readonly from: MadeBy
}

export interface Sent {
  readonly to: string
  readonly bytes: Uint8Array
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()
/** What a host may answer to a frame without anything being wrong: its sender is old, or this host goes back. */
const refusals: ReadonlySet<string> = new Set(['fenced', 'withdrawn'])

/** Lets every promise that can settle do so. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve))

export class Place {
  readonly name: string
  readonly scope: Scope
  readonly disk: Disk
  life: Life | undefined
  /** Replaced, and going on. */
  zombies: Life[] = []
  readonly clients: readonly Client[]
  lives = 0
  /** The newest version at which the present life, or the last, began. */
  start = 0
  /** The last life has gone back: up to here it leaves what it has made. */
  left: number | undefined
  taken: Taken[] = []
  /** The newest epoch that each host has named in the present process. */
  readonly heard = new Map<string, number>()
  promised: Promised | undefined
  /** What the frame that is being read is about. */
  reading = 'none'
  broken: Violation | undefined
  #sent: Sent[] = []

  private constructor(scope: Scope, name: string, disk: Disk) {
    this.scope = scope
    this.name = name
    this.disk = disk
    this.clients = Object.entries(scope.application.clients)
      .filter(([darq]) => hostOf(darq) === name)
      .map(([darq, names]) => ({ darq, names, sent: 0, committed: 0 }))
  }

  /** Open, and has done what it does at first. */
  static async begin(scope: Scope, name: string): Promise<Place> {
    const place = new Place(scope, name, new Disk(`g-${name}`))
    await place.#open()
    for (const task of place.life?.tasks.splice(0) ?? []) task()
    await place.#moved()
    return place
  }

  /** Nothing lives here. */
  get rests(): boolean {
    return this.life === undefined && this.zombies.length === 0
  }

  /** The same again, of a place that rests: an engine could not be copied. */
  copy(): Place {
    if (!this.rests) throw new Error(`${this.name} lives`)
    const copy = new Place(this.scope, this.name, this.disk.copy())
    for (const [nth, client] of copy.clients.entries()) Object.assign(client, this.clients[nth])
    copy.lives = this.lives
    copy.start = this.start
    copy.left = this.left
    copy.taken = [...this.taken]
    copy.promised = this.promised
    return copy
  }

  /** The present life, and those that were replaced. */
  get rows(): readonly (Life | undefined)[] {
    return [this.life, ...this.zombies]
  }

  /** A life may be opened: there is none, or one that has gone back. */
  get mayOpen(): boolean {
    const { life, left } = this
    return life === undefined || (life.engine !== undefined && left !== undefined && life.write === undefined)
  }

  get runs(): boolean {
    return this.life?.engine?.running === true
  }

  /** What was sent since it was asked last. */
  takeSent(): readonly Sent[] {
    return this.#sent.splice(0)
  }

  send(to: string, frame: Uint8Array): void {
    this.#sent.push({ to, bytes: frame.slice() })
  }

  /**
   * Lets it happen, and whatever follows from it in this host.
   *
   * @throws {Violation} what must hold at this host does not
   */
  async happen(event: Event): Promise<void> {
    switch (event.kind) {
      case 'task':
        this.#row(event.row).tasks.shift()?.()
        break
      case 'disk':
        await this.#row(event.row).write?.run(true)
        break
      case 'timer': {
        const life = this.#row(event.row)
        const timer = life.timers[event.nth]
        if (timer) life.ring(timer)
        break
      }
      case 'client':
        this.#enqueue(event.darq)
        break
      case 'frame':
        this.#arrive(event.from, event.bytes)
        break
      case 'crash':
        await this.#crash(event.isWritten)
        break
      case 'takeover':
        if (this.life) this.zombies.push(this.life)
        this.life = undefined
        this.heard.clear()
        await this.#open()
        break
      case 'open':
        await this.#open()
        break
    }
    await this.#moved()
  }

  #row(row: number): Life {
    const life = this.rows[row]
    if (!life) throw new Error(`${this.name} has no life in row ${row}`)
    return life
  }

  #enqueue(darq: string): void {
    const client = this.clients.find((client) => client.darq === darq)
    const next = client?.names[client.sent]
    const { engine } = this.life ?? {}
    if (!client || next === undefined || !engine) throw new Error(`${darq} has no client that could send`)
    client.sent += 1
    const end = client.sent
    const receipt = engine.darq(darq).enqueue(encoder.encode('p'), end as Sequence, encodeMessages([next]))
    const committed = () => {
      client.committed = Math.max(client.committed, end)
      client.sent = Math.max(client.sent, end)
    }
    receipt.committed.then(committed, () => {})
  }

  #arrive(from: string, bytes: Uint8Array): void {
    const { engine } = this.life ?? {}
    if (!engine) return
    const frame = decoded(bytes)
    // What others have said here does not outlive the process; what is known of them then is asked again.
    const heard = this.heard.get(from) ?? 0
    const producer = frame.type === 'data' ? encoder.encode(channelId(frame.host, frame.from)) : undefined
    const expected = () =>
      frame.type === 'data' && producer ? (engine.existing(frame.to)?.expected(producer) ?? 1) : 1
    const before = expected()
    this.reading =
      frame.type === 'data'
        ? `${frame.host} ${frame.epoch} ${frame.from} ${frame.to} ${frame.first + frame.count}`
        : frame.type
    try {
      engine.receive(from, bytes)
    } catch (error) {
      if (!(error instanceof DarqError) || !refusals.has(error.code)) throw error
    } finally {
      this.reading = 'none'
    }
    this.heard.set(from, Math.max(heard, frame.epoch))
    if (frame.type !== 'data' || !engine.running) return
    const after = expected()
    if (frame.epoch < heard && after > before)
      throw new Violation(`${this.name} takes a message of a life of ${from} that it knows to be over`)
    const version = engine.existing(frame.to)?.newest ?? 0
    let sequence = frame.first
    for (const message of decodeMessages(frame.messages)) {
      const { from } = readMessage(decoder.decode(message))
      if (sequence >= before && sequence < after && from) this.taken.push({ version, from })
      sequence += 1
    }
  }

  async #crash(isWritten: boolean): Promise<void> {
    const { life } = this
    if (!life) return
    if (isWritten) await life.write?.run(false)
    this.life = undefined
    this.left = undefined
    this.heard.clear()
    life.end()
    life.engine?.abandon(new DarqError('closed', { message: 'crashed' }))
    this.#forget()
  }

  async #open(): Promise<void> {
    const before = this.life
    const previous = this.left === undefined ? undefined : before?.engine
    this.lives += 1
    const life = new Life(this.name, this.lives)
    const engine = await openLife(this, life, previous)
    before?.end()
    const { left } = this
    this.life = life
    this.left = undefined
    this.start = engine.durableVersion
    if (left !== undefined && this.start !== left)
      throw new Violation(`${this.name} goes on from version ${this.start}, though only those above ${left} are lost`)
    life.told = engine.committedVersion
    this.taken = this.taken.filter(({ version }) => version <= this.start)
    this.#forget()
  }

  /** What was enqueued and is not committed is enqueued again. */
  #forget(): void {
    for (const client of this.clients) client.sent = client.committed
  }

  /** A life's engine has stopped by itself. */
  ended(life: Life, reason: DarqError | undefined): void {
    if (life.isOver || reason?.code === 'withdrawn') return
    // A life that was replaced learns it when it writes.
    if (this.zombies.includes(life)) this.zombies = this.zombies.filter((other) => other !== life)
    else this.broken ??= new Violation(`${this.name} has stopped: ${reason?.message}`)
    life.end()
  }

  /** What an event has brought about is done, and looked at. */
  async #moved(): Promise<void> {
    await settled()
    if (this.scope.eager) {
      const next = () => this.rows.find((life) => life && life.tasks.length > 0)
      for (let life = next(); life; life = next()) {
        life.tasks.shift()?.()
        await settled()
      }
    }
    if (this.broken) throw this.broken
    checkTold(this)
  }
}
