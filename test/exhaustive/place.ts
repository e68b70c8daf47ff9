/**
 * A host's place in the world: its disk, the life that owns it, lives that were replaced and do not know it, its client.
 *
 * @module
 */
import { DarqError } from '../../runtime-ts/src/error.ts'
import type { MadeBy } from './application.ts'
import { Disk } from './disk.ts'
import { Life } from './life.ts'
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

/** What was told to be committed. */
export interface Promised {
  readonly version: number
  readonly life: number
  readonly bytes: string
}

export class Place {
  readonly name: string
  readonly disk: Disk
  life: Life | undefined
  /** Replaced, and going on. */
  zombies: Life[] = []
  clients: Client[] = []
  lives = 0
  /** The newest version at which the present life, or the last, began. */
  start = 0
  /** The last life has gone back: up to here it leaves what it has made. */
  left: number | undefined
  taken: Taken[] = []
  promised: Promised | undefined

  constructor(name: string) {
    this.name = name
    this.disk = new Disk(`g-${name}`)
  }

  /** A life that may be opened: it has none, or one that has gone back. */
  get mayOpen(): boolean {
    return (
      this.life === undefined ||
      (this.life.engine !== undefined && this.left !== undefined && this.life.write === undefined)
    )
  }

  get runs(): boolean {
    return this.life?.engine?.running === true
  }

  /** Is that state of this host still there, or may it come back? */
  survives(life: number, version: number): boolean {
    const durable = this.disk.durable.get(version)
    if (durable) return durable.life === life
    if (this.life === undefined || this.life.life !== life || version <= this.start) return false
    return version <= (this.left ?? this.life.engine?.speculation.open ?? 0)
  }

  newLife(): Life {
    this.lives += 1
    return new Life(this.name, this.lives)
  }

  /** The process dies. What it had asked to be written is written by then, or lost. */
  async crash(written: boolean): Promise<void> {
    const { life } = this
    if (!life) return
    if (written) await life.write?.run(false)
    this.life = undefined
    this.left = undefined
    life.end()
    life.engine?.abandon(new DarqError('closed', { message: 'crashed' }))
    this.#forget()
  }

  /** A new life begins with what is durable. */
  opened(life: Life): void {
    const { engine } = life
    if (!engine) throw new Error(`${this.name} was not opened`)
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
}
