/**
 * What is looked at of a host: what may happen to it next, and what others' promises stand on. Two states of a host with the
 * same hash are observed alike, for it is hashed along.
 *
 * @module
 */
import { hash } from 'node:crypto'
import type { LiveDarq } from '../../runtime-ts/src/engine/darq.ts'
import type { LiveHost } from '../../runtime-ts/src/engine/host.ts'
import { channelId, hostId, partsOf } from '../../runtime-ts/src/engine/host-id.ts'
import { OutQueue } from '../../runtime-ts/src/engine/out-queue.ts'
import type { Version } from '../../runtime-ts/src/engine/types.ts'
import { type Application, channelsOf, expectedOf, hostOf, Taker } from './application.ts'
import { canonical } from './canonical.ts'
import { latin1 } from './event.ts'
import type { Place, Taken } from './place.ts'
import { Violation } from './violation.ts'

/** One life, present or replaced. `undefined` in its row: there is none at present. */
export interface ObservedLife {
  readonly life: number
  /** What its next task is, in a scope where tasks wait. */
  readonly task: string | undefined
  /** The version that is being written. */
  readonly writes: number | undefined
  /** By their kinds. */
  readonly timers: readonly string[]
}

/** Of something taken: what its host knows its version to depend on. */
export interface ObservedTaken extends Taken {
  readonly known: readonly Known[]
}

export interface Known {
  readonly host: string
  readonly epoch: number
  readonly version: number
}

export interface Observed {
  readonly name: string
  readonly runs: boolean
  readonly mayOpen: boolean
  readonly rows: readonly (ObservedLife | undefined)[]
  readonly clients: readonly { readonly darq: string; readonly sent: number; readonly next: string | undefined }[]
  /** Of the present life; 0 when there is none. */
  readonly life: number
  readonly epoch: number
  /** The present life began with this version, has come to that one, and has left what is above the last. */
  readonly start: number
  readonly open: number
  readonly left: number | undefined
  /** By version: the life that has made it, and that it is durable. */
  readonly durable: readonly (number | undefined)[]
  /** The newest version that was told to be committed. */
  readonly promised: number
  readonly taken: readonly ObservedTaken[]
  /** Channels to other hosts: the first message that its sender still has, if not the first of all. */
  readonly dropped: readonly { readonly channel: string; readonly to: string; readonly first: number }[]
  /** Channels from other hosts: the next message that is expected. */
  readonly expected: Readonly<Record<string, number>>
}

const encoder = new TextEncoder()

/** @throws {Violation} a message was taken twice */
export function observe(place: Place): Observed {
  const { name, runs, mayOpen, disk, life, start, left, clients, promised, rows } = place
  const engine = life?.engine
  const durable: (number | undefined)[] = []
  for (const [version, { life }] of disk.durable) durable[version] = life
  for (const darq of darqsOf(place)) checkOnce(darq)
  return {
    name,
    runs,
    mayOpen,
    rows: rows.map(
      (life) =>
        life && {
          life: life.life,
          task: life.taskKind,
          writes: life.write?.commit.version,
          timers: life.timers.map(({ kind }) => kind),
        },
    ),
    clients: clients.map(({ darq, names, sent }) => ({ darq, sent, next: names[sent] })),
    life: life?.life ?? 0,
    epoch: engine?.epoch ?? 0,
    start,
    open: engine?.speculation.open ?? 0,
    left,
    durable,
    promised: promised?.version ?? 0,
    taken: place.taken.map((taken) => ({ ...taken, known: engine && runs ? knownOf(engine, taken.version) : [] })),
    dropped: droppedBy(place),
    expected: expectedBy(place),
  }
}

function knownOf(engine: LiveHost, version: number): Known[] {
  return engine.speculation
    .unstable(version as Version)
    .map(({ host, epoch, version }) => ({ host: partsOf(host).name, epoch, version }))
    .sort((a, b) => (a.host === b.host ? a.epoch - b.epoch : a.host < b.host ? -1 : 1))
}

function* darqsOf({ life, runs }: Place): Generator<LiveDarq> {
  const { engine } = life ?? {}
  if (!engine || !runs) return
  for (const name of engine.names) {
    const darq = engine.existing(name)
    if (darq) yield darq
  }
}

/** Of a DARQ that nothing has been asked of in this life, nothing. */
const seenBy = (darq: LiveDarq): readonly string[] => {
  const processor = darq.attachment?.processor
  return processor instanceof Taker ? processor.seen : []
}

function checkOnce(darq: LiveDarq): void {
  const seen = seenBy(darq)
  if (new Set(seen).size < seen.length) throw new Violation(`${darq.name} has taken a message twice: ${seen.join()}`)
}

const channelName = (from: string, to: string) => `${from} → ${to}`

function droppedBy(place: Place): Observed['dropped'] {
  const dropped: { channel: string; to: string; first: number }[] = []
  for (const darq of darqsOf(place))
    for (const channel of darq.channels) {
      const queue: unknown = Reflect.get(channel, '$queue')
      const to = hostOf(channel.to)
      if (!(queue instanceof OutQueue) || to === place.name || queue.first === 1) continue
      dropped.push({ channel: channelName(darq.name, channel.to), to, first: queue.first })
    }
  return dropped
}

function expectedBy({ name, runs, life, scope }: Place): Observed['expected'] {
  const { engine } = life ?? {}
  const expected: Record<string, number> = {}
  if (!engine || !runs) return expected
  for (const { from, to } of channels(scope.application)) {
    const sender = hostOf(from)
    if (hostOf(to) !== name || sender === name) continue
    const producer = encoder.encode(channelId(hostId(sender, `g-${sender}`), from))
    expected[channelName(from, to)] = engine.existing(to)?.expected(producer) ?? 1
  }
  return expected
}

const channelsByApplication = new WeakMap<Application, ReturnType<typeof channelsOf>>()

function channels(application: Application): ReturnType<typeof channelsOf> {
  const known = channelsByApplication.get(application) ?? channelsOf(application)
  channelsByApplication.set(application, known)
  return known
}

export const hashOf = (place: Place, observed: Observed): string => hash('md5', textOf(place, observed), 'base64')

/** All that decides what can come of this host. */
export function textOf(place: Place, observed: Observed): string {
  const { disk, promised, clients, lives, rows, heard } = place
  const parts = [JSON.stringify(observed), `lives ${lives} promised ${promised?.life}`]
  for (const [host, epoch] of [...heard].sort()) parts.push(`heard ${host} ${epoch}`)
  parts.push(disk.canonical())
  for (const { committed } of clients) parts.push(`client ${committed}`)
  for (const life of rows) {
    if (!life) continue
    parts.push(`life ${life.life} ${life.told}`)
    if (life.write) parts.push(`writes ${life.write.commit.keepFrom} ${latin1(life.write.commit.bytes)}`)
    parts.push(canonical(life))
  }
  return parts.join('\n')
}

/**
 * Nothing can move any more, not even a timer: everything must be done here. It changes the place.
 *
 * @throws {Violation}
 */
export function checkDone(place: Place): void {
  const { engine } = place.life ?? {}
  const { name, scope } = place
  if (!engine) throw new Violation(`nothing can move, and ${name} is not open`)
  if (engine.committedVersion !== engine.durableVersion)
    throw new Violation(
      `${name} is stuck: version ${engine.durableVersion} is durable, and ${engine.committedVersion} committed`,
    )
  if (engine.dirty) throw new Violation(`${name} is stuck: something is not durable`)
  for (const { darq, names, committed } of place.clients)
    if (committed < names.length)
      throw new Violation(`${darq} is stuck: of its client's messages, ${committed} are committed`)
  const expected = new Map([...expectedOf(scope.application)].filter(([darq]) => hostOf(darq) === name))
  for (const darq of darqsOf(place)) {
    const { unacknowledged, waiting } = darq
    if (unacknowledged + waiting > 0)
      throw new Violation(`${darq.name} is stuck: ${waiting} messages wait, ${unacknowledged} are not acknowledged`)
    engine.darq(darq.name)
    const seen = [...seenBy(darq)].sort()
    if (seen.join() !== (expected.get(darq.name) ?? []).join())
      throw new Violation(`${darq.name} has taken ${seen.join()}, not ${expected.get(darq.name)?.join()}`)
    expected.delete(darq.name)
  }
  for (const [darq, names] of expected) throw new Violation(`${darq} has taken nothing, not ${names.join()}`)
}
