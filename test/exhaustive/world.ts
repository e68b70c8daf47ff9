/**
 * Hosts with the real engine, and everything around them under our hand: whatever can happen next is a choice.
 *
 * @module
 */
import { decodeFrame, type Frame } from '../../runtime-ts/src/engine/frame.ts'
import { LiveHost } from '../../runtime-ts/src/engine/host.ts'
import { channelId } from '../../runtime-ts/src/engine/host-id.ts'
import { decodeMessages, encodeMessages } from '../../runtime-ts/src/engine/messages.ts'
import { openHost } from '../../runtime-ts/src/engine/open-host.ts'
import type { EngineOptions, Sequence } from '../../runtime-ts/src/engine/types.ts'
import { DarqError } from '../../runtime-ts/src/error.ts'
import { hostOf, readMessage, Taker } from './application.ts'
import { canonical, describedCore, describedVectors, nameClosures } from './canonical.ts'
import type { Life, Timer } from './life.ts'
import { kindOf } from './life.ts'
import { type Carried, decoded, Network } from './network.ts'
import { Place } from './place.ts'
import type { Scope } from './scope.ts'
import { checkMoved, revokers } from './truth.ts'
import { Violation } from './violation.ts'

type Budget = 'crashes' | 'losses' | 'repeats' | 'takeovers'

export type Left = Record<Budget, number>

/** What can happen next. */
export interface Choice {
  /** The same for the same choice in another world, where something else has happened before it. */
  readonly key: string
  /** The host that it happens to: nothing but its state and disk is changed by it, and what it sends. */
  readonly host: string
  /** Of which it takes one. */
  readonly budget: Budget | undefined
  /** Whether there is such a choice depends on all the other hosts: none of them may move. */
  readonly isTimer: boolean
  /** Counted by the scope, never needed: the world must come to its end without. */
  readonly isFault: boolean
  readonly label: () => string
  readonly run: () => void | Promise<void>
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()
const core = describedCore()
/** What a host may answer to a frame without anything being wrong: its sender is old, or this host goes back. */
const refusals: ReadonlySet<string> = new Set(['fenced', 'withdrawn'])

/** Lets every promise that can settle do so. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve))

export class World {
  readonly scope: Scope
  readonly places = new Map<string, Place>()
  readonly network: Network
  /** What is left of the scope's faults. */
  readonly left: Left
  #early: number
  /** The frame that is being read. */
  #reading: Frame | undefined
  #broken: Violation | undefined
  /** Of each client. */
  #messages_max = Number.POSITIVE_INFINITY

  private constructor(scope: Scope) {
    this.scope = scope
    this.network = new Network(scope.inOrder)
    const { crashes, losses, repeats, takeovers } = scope
    this.left = { crashes, losses, repeats, takeovers }
    this.#early = scope.early
  }

  /** All hosts are open, and have done what they do at first. */
  static async start(scope: Scope): Promise<World> {
    const world = new World(scope)
    const { hosts, clients } = scope.application
    for (const name of hosts) {
      const place = new Place(name)
      world.places.set(name, place)
      for (const [darq, names] of Object.entries(clients))
        if (hostOf(darq) === name) place.clients.push({ darq, names, sent: 0, committed: 0 })
      await world.#open(place)
      for (const task of place.life?.tasks.splice(0) ?? []) task()
    }
    await world.#moved()
    await world.#warmUp()
    return world
  }

  /** The first messages take the first way that there is. */
  async #warmUp(): Promise<void> {
    const { warm } = this.scope
    if (warm === 0) return
    this.#messages_max = warm
    for (let next = this.#calm(); next; next = this.#calm()) await this.step(next)
    this.#messages_max = Number.POSITIVE_INFINITY
  }

  #calm(): Choice | undefined {
    return this.choices().find(({ isFault }) => !isFault)
  }

  place(name: string): Place {
    const place = this.places.get(name)
    if (!place) throw new Error(`there is no host ${name}`)
    return place
  }

  /** Always in the same order for the same world. */
  choices(): Choice[] {
    const choices: Choice[] = []
    for (const place of this.places.values()) {
      for (const life of place.life ? [place.life, ...place.zombies] : place.zombies) this.#ofLife(place, life, choices)
      this.#ofPlace(place, choices)
    }
    const arriving = this.network.next().filter(({ to }) => this.places.get(to)?.runs)
    for (const frame of arriving) choices.push(this.#arrival(frame))
    const isQuiet = choices.length === 0
    if (isQuiet || this.#early > 0) this.#timers(isQuiet, choices)
    this.#faults(arriving, choices)
    return choices
  }

  #ofLife(place: Place, life: Life, choices: Choice[]): void {
    const who = life === place.life ? place.name : `${place.name} (life ${life.life}, replaced)`
    const [task] = life.tasks
    if (task)
      choices.push({
        ...plain(`task ${who}`, place.name),
        label: () => `${who}: ${kindOf(task)}`,
        run: () => life.tasks.shift()?.(),
      })
    const { write } = life
    if (write)
      choices.push({
        ...plain(`disk ${who}`, place.name),
        label: () => `${who}: the disk has written version ${write.commit.version}`,
        run: () => write.run(true),
      })
  }

  #ofPlace(place: Place, choices: Choice[]): void {
    const { name } = place
    if (place.mayOpen)
      choices.push({
        ...plain(`open ${name}`, name),
        label: () => (place.left === undefined ? `${name}: opens` : `${name}: goes on from version ${place.left}`),
        run: () => this.#open(place),
      })
    const { engine } = place.life ?? {}
    if (!engine?.running) return
    for (const client of place.clients) {
      const next = client.names[client.sent]
      if (next === undefined || client.sent >= this.#messages_max) continue
      choices.push({
        ...plain(`client ${client.darq}`, name),
        label: () => `${client.darq}: a client enqueues ${next}`,
        run: () => {
          client.sent += 1
          const end = client.sent
          const receipt = engine.darq(client.darq).enqueue(encoder.encode('p'), end as Sequence, encodeMessages([next]))
          const committed = () => {
            client.committed = Math.max(client.committed, end)
            client.sent = Math.max(client.sent, end)
          }
          receipt.committed.then(committed, () => {})
        },
      })
    }
  }

  #arrival(frame: Carried): Choice {
    return {
      ...plain(`arrives ${frame.key}`, frame.to),
      label: () => `${frame.from} → ${frame.to}: ${readable(decoded(frame))}`,
      run: () => {
        this.network.take(frame)
        this.#arrive(frame)
      },
    }
  }

  /** When nothing else can move, or early; each may be the first. A life that was replaced may go on for ever: it is not needed. */
  #timers(isQuiet: boolean, choices: Choice[]): void {
    for (const { name, life, zombies } of this.places.values()) {
      for (const timer of life?.timers ?? []) if (life) choices.push(this.#ringing(name, life, timer, !isQuiet))
      for (const zombie of zombies)
        for (const timer of zombie.timers)
          choices.push({
            ...this.#ringing(`${name} (life ${zombie.life}, replaced)`, zombie, timer, !isQuiet),
            isFault: true,
          })
    }
  }

  #ringing(name: string, life: Life, timer: Timer, isEarly: boolean): Choice {
    return {
      ...plain(`timer ${name} ${life.timers.indexOf(timer)}`, life.host),
      isTimer: true,
      isFault: isEarly,
      label: () => `${name}: a timer rings${isEarly ? ' early' : ''}: ${timer.kind}`,
      run: () => {
        if (isEarly) this.#early -= 1
        life.ring(timer)
      },
    }
  }

  #faults(arriving: readonly Carried[], choices: Choice[]): void {
    const { mayCrash } = this.scope
    for (const place of this.places.values()) {
      const { life, name } = place
      if (!life || (mayCrash && !mayCrash.includes(name))) continue
      const outcomes = this.left.crashes > 0 ? (life.write ? [false, true] : [false]) : []
      for (const written of outcomes)
        choices.push({
          ...fault(`crash ${name} ${written}`, name, 'crashes'),
          label: () => `${name}: crashes${life.write ? `; its write ${written ? 'was made' : 'is lost'}` : ''}`,
          run: async () => {
            this.left.crashes -= 1
            await place.crash(written)
          },
        })
      if (this.left.takeovers > 0 && place.runs)
        choices.push({
          ...fault(`takeover ${name}`, name, 'takeovers'),
          label: () => `${name}: is opened by another process`,
          run: async () => {
            this.left.takeovers -= 1
            place.zombies.push(life)
            place.life = undefined
            await this.#open(place)
          },
        })
    }
    for (const frame of arriving) {
      const label = `${frame.from} → ${frame.to}`
      if (this.left.losses > 0)
        choices.push({
          ...fault(`lost ${frame.key}`, frame.to, 'losses'),
          label: () => `${label}: lost: ${readable(decoded(frame))}`,
          run: () => {
            this.left.losses -= 1
            this.network.take(frame)
          },
        })
      if (this.left.repeats > 0)
        choices.push({
          ...fault(`twice ${frame.key}`, frame.to, 'repeats'),
          label: () => `${label}, and once more: ${readable(decoded(frame))}`,
          run: () => {
            this.left.repeats -= 1
            this.#arrive(frame)
          },
        })
    }
  }

  async step(choice: Choice): Promise<void> {
    await choice.run()
    await this.#moved()
  }

  /** What the choice has brought about is done, and looked at. */
  async #moved(): Promise<void> {
    await settled()
    if (this.scope.eager) {
      const tasks = () =>
        [...this.places.values()].flatMap(({ life, zombies }) => [...(life ? [life] : []), ...zombies])
      for (
        let next = tasks().find((life) => life.tasks.length > 0);
        next;
        next = tasks().find((life) => life.tasks.length > 0)
      ) {
        next.tasks.shift()?.()
        await settled()
      }
    }
    if (this.#broken) throw this.#broken
    for (const place of this.places.values()) checkMoved(place, this.places)
  }

  async #open(place: Place): Promise<void> {
    const previous = place.left === undefined ? undefined : place.life?.engine
    const before = place.life
    const life = place.newLife()
    const { application, k } = this.scope
    const { name } = place
    const options: EngineOptions = {
      name,
      storage: place.disk.storageOf(life),
      clock: life,
      random: () => 0.5,
      k,
      route: (darq) => (hostOf(darq) === name ? undefined : hostOf(darq)),
      processor: (darq) => new Taker(darq, application, () => stateOf(life)),
      transport: {
        send: (to, frame) => {
          this.network.carry(name, to, frame)
          this.#checkRevocable(frame)
        },
      },
      onError: (error, where) => this.#reported(life, error, where),
    }
    life.engine = await openHost(options, { core, vectors: describedVectors }, previous)
    before?.end()
    nameClosures(life.engine, () => this.#input())
    place.opened(life)
    void life.engine.stopped.then((reason) => {
      if (life.isOver || reason?.code === 'withdrawn') return
      // A life that was replaced learns it when it writes.
      if (place.zombies.includes(life)) place.zombies = place.zombies.filter((other) => other !== life)
      else this.#broken ??= new Violation(`${name} has stopped: ${reason?.message}`)
      life.end()
    })
  }

  /** At most K hosts may be able to take back what leaves. */
  #checkRevocable(bytes: Uint8Array): void {
    const { k } = this.scope
    const frame = k === Number.POSITIVE_INFINITY ? undefined : decodeFrame(bytes, bytes.length)
    for (const message of frame?.type === 'data' ? decodeMessages(frame.messages) : []) {
      const { name, from } = readMessage(decoder.decode(message))
      const revoking = from ? revokers(this.places, from) : new Set()
      if (revoking.size > k)
        this.#broken ??= new Violation(`${name} leaves, and ${[...revoking].join()} could take it back: K is ${k}`)
    }
  }

  #reported(life: Life, error: DarqError, where: string): void {
    if (!life.isOver) this.#broken ??= new Violation(`${life.host} reports ${error.code} (${where}): ${error.message}`)
  }

  #input(): string {
    const frame = this.#reading
    if (frame === undefined) return 'none'
    return frame.type === 'data'
      ? `${frame.host} ${frame.epoch} ${frame.from} ${frame.to} ${frame.first + frame.count}`
      : frame.type
  }

  #arrive({ from, to, bytes }: Carried): void {
    const place = this.place(to)
    const { life } = place
    const { engine } = life ?? {}
    if (!engine) return
    const frame = decoded({ from, to, bytes, key: '' })
    const producer = frame.type === 'data' ? encoder.encode(channelId(frame.host, frame.from)) : undefined
    const expected = () =>
      frame.type === 'data' && producer ? (engine.existing(frame.to)?.expected(producer) ?? 1) : 1
    const before = expected()
    this.#reading = frame
    try {
      engine.receive(from, bytes)
    } catch (error) {
      if (!(error instanceof DarqError) || !refusals.has(error.code)) throw error
    } finally {
      this.#reading = undefined
    }
    if (frame.type !== 'data' || !engine.running) return
    const after = expected()
    const version = engine.existing(frame.to)?.newest ?? 0
    let sequence = frame.first
    for (const message of decodeMessages(frame.messages)) {
      const { from } = readMessage(decoder.decode(message))
      if (sequence >= before && sequence < after && from) place.taken.push({ version, from })
      sequence += 1
    }
  }

  /** All that decides what can come of this world, as one text. */
  canonical(): string {
    const parts = [`${Object.values(this.left).join(' ')} ${this.#early}`]
    for (const place of this.places.values()) {
      const { disk, promised } = place
      parts.push(place.name, `lives ${place.lives} start ${place.start} left ${place.left}`)
      for (const [number, value] of disk.medium.values) parts.push(`${number} ${Buffer.from(value).toString('latin1')}`)
      parts.push(`promised ${promised?.version} ${promised?.life}`)
      for (const { sent, committed } of place.clients) parts.push(`client ${sent} ${committed}`)
      for (const life of place.life ? [place.life, ...place.zombies] : place.zombies) {
        parts.push(`life ${life.life} ${life.told}`)
        if (life.write) parts.push(`writes ${Buffer.from(life.write.commit.bytes).toString('latin1')}`)
        parts.push(canonical(life))
      }
    }
    parts.push(this.network.canonical())
    return parts.join('\n')
  }
}

const plain = (key: string, host: string) => ({ key, host, budget: undefined, isFault: false, isTimer: false })
const fault = (key: string, host: string, budget: Budget) => ({ key, host, budget, isFault: true, isTimer: false })

/**
 * Do they commute in this world, whichever comes first? Choices of two hosts do: each changes its own host, and puts frames
 * behind those that are under way. Unless they take the last of the same kind of fault.
 */
export function commute(a: Choice, b: Choice, left: Left): boolean {
  if (a.host === b.host || a.isTimer || b.isTimer) return false
  return a.budget === undefined || a.budget !== b.budget || left[a.budget] > 1
}

function stateOf({ host, life, engine }: Life) {
  // A processor that is restored within `openHost` makes no step.
  if (!(engine instanceof LiveHost)) throw new Error('a step before the host is open')
  return { host, life, version: engine.speculation.open }
}

function readable(frame: Frame): string {
  const said = `(epoch ${frame.epoch - first_epoch}, durable ${frame.durable})`
  if (frame.type === 'ack')
    return `ack ${frame.to} → ${frame.from}: expects ${frame.expected}, committed ${frame.committed} ${said}`
  if (frame.type === 'ask')
    return `asks about ${frame.states.map(({ epoch, version }) => `version ${version} of epoch ${epoch - first_epoch}`).join()} ${said}`
  if (frame.type === 'told') return `tells its standing ${said}`
  const names = [...decodeMessages(frame.messages)].map((bytes) => readMessage(decoder.decode(bytes)).name)
  const on = frame.dependencies.map(
    ({ host, epoch, version }) => `${host.split('#')[0]} ${epoch - first_epoch}.${version}`,
  )
  const what = names.length === 0 ? `hello, ${frame.first} is next` : `${names.join()} of version ${frame.version}`
  return `${frame.from} → ${frame.to}: ${what}${on.length > 0 ? `, depends on ${on.join()}` : ''} ${said}`
}

/** What the engine makes of the world's clock: epochs are shown from 0 on. */
const first_epoch = 1_700_000_000_000 * 2048 + 1024
