/**
 * Tiny applications: who sends what to whom. Each message has a name; a step that takes it sends others.
 *
 * @module
 */
import type { Attached, Delivered, Lsn, NonEmpty, Processor } from '../../runtime-ts/src/engine/types.ts'

export interface Send {
  readonly to: string
  readonly name: string
}

export interface Application {
  readonly hosts: readonly string[]
  /** What outside clients enqueue, in order, by DARQ (`host/number`). */
  readonly clients: Readonly<Record<string, readonly string[]>>
  /** What the step sends that takes the message of that name. */
  readonly sends: (darq: string, name: string) => readonly Send[]
}

export const hostOf = (darq: string): string => darq.split('/')[0] ?? ''

/** `a/1` → `b/1` → …: each client's message wanders down the hosts. */
export function chain(hosts: readonly string[], messages: number): Application {
  return {
    hosts,
    clients: { [`${hosts[0]}/1`]: numbered('m', messages) },
    sends: (darq, name) => {
      const next = hosts[hosts.indexOf(hostOf(darq)) + 1]
      return next === undefined ? [] : [{ to: `${next}/1`, name }]
    },
  }
}

/** A chain whose last host has a client of its own, too. */
export function visited(hosts: readonly string[], messages: number): Application {
  const { clients, sends } = chain(hosts, messages)
  return { hosts, clients: { ...clients, [`${hosts.at(-1)}/1`]: numbered('n', messages) }, sends }
}

/** `a/1` ⇄ `b/1`: each message goes to and fro so many times, so that a host comes to depend on what itself has sent. */
export function pingPong(hops: number, messages = 1): Application {
  return {
    hosts: ['a', 'b'],
    clients: { 'a/1': numbered('m', messages).map((name) => `${name}.${hops}`) },
    sends: (darq, name) => {
      const [message = '', left = '0'] = name.split('.')
      return left === '0' ? [] : [{ to: darq === 'a/1' ? 'b/1' : 'a/1', name: `${message}.${Number(left) - 1}` }]
    },
  }
}

/** `a/1` → `b/1`, `a/1` → `c/1`, `b/1` → `c/1`: two ways to one place. */
export function fork(messages: number): Application {
  return {
    hosts: ['a', 'b', 'c'],
    clients: { 'a/1': numbered('m', messages) },
    sends: (darq, name) => {
      if (darq === 'a/1')
        return [
          { to: 'b/1', name },
          { to: 'c/1', name: `${name}'` },
        ]
      return darq === 'b/1' ? [{ to: 'c/1', name }] : []
    },
  }
}

/** `a/1` → `b/1` → `b/2` → `a/2`: two DARQs on each host, and between those of `b` a channel within the host. */
export function house(messages: number): Application {
  const next: Readonly<Record<string, string>> = { 'a/1': 'b/1', 'b/1': 'b/2', 'b/2': 'a/2' }
  return {
    hosts: ['a', 'b'],
    clients: { 'a/1': numbered('m', messages) },
    sends: (darq, name) => {
      const to = next[darq]
      return to === undefined ? [] : [{ to, name }]
    },
  }
}

/** `a/1` → `c/1` and `b/1` → `c/1`, each with a client of its own: `c` depends on two hosts that know nothing of each other. */
export function meeting(messages: number): Application {
  return {
    hosts: ['a', 'b', 'c'],
    clients: { 'a/1': numbered('m', messages), 'b/1': numbered('n', messages) },
    sends: (darq, name) => (darq === 'c/1' ? [] : [{ to: 'c/1', name }]),
  }
}

/** `a/1` → `b/1`, which has a client of its own, too, and sends nothing on. */
export function gathering(messages: Readonly<Record<'a' | 'b', number>>): Application {
  return {
    hosts: ['a', 'b'],
    clients: { 'a/1': numbered('m', messages.a), 'b/1': numbered('n', messages.b) },
    sends: (darq, name) => (darq === 'a/1' ? [{ to: 'b/1', name }] : []),
  }
}

/** `a/1` → `b/1`, whose own client’s messages go on to another: what `b` has sent meets what it depends on only later. */
export function crossing(hosts: readonly string[], messages: Readonly<Record<'a' | 'b', number>>): Application {
  const on = `${hosts.at(-1)}/2`
  return {
    hosts,
    clients: { 'a/1': numbered('m', messages.a), 'b/1': numbered('n', messages.b) },
    sends: (darq, name) => {
      if (darq === 'a/1') return [{ to: 'b/1', name }]
      return darq === 'b/1' && name.startsWith('n') ? [{ to: on, name }] : []
    },
  }
}

const numbered = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${prefix}${i + 1}`)

export interface Path {
  readonly from: string
  readonly to: string
}

/** From which DARQ to which messages go. */
export function channelsOf({ clients, sends }: Application): readonly Path[] {
  const channels = new Map<string, Path>()
  const takes = (from: string, name: string): void => {
    for (const { to, name: next } of sends(from, name)) {
      channels.set(`${from} ${to}`, { from, to })
      takes(to, next)
    }
  }
  for (const [darq, names] of Object.entries(clients)) for (const name of names) takes(darq, name)
  return [...channels.values()]
}

/** What each DARQ has to take, once each: sorted names by DARQ. */
export function expectedOf({ clients, sends }: Application): Map<string, string[]> {
  const expected = new Map<string, string[]>()
  const arrives = (darq: string, name: string): void => {
    const names = expected.get(darq)
    if (names) names.push(name)
    else expected.set(darq, [name])
    for (const sent of sends(darq, name)) arrives(sent.to, sent.name)
  }
  for (const [darq, names] of Object.entries(clients)) for (const name of names) arrives(darq, name)
  for (const names of expected.values()) names.sort()
  return expected
}

/** A state: version `version` of a host, made by its life of that number. */
export interface MadeBy {
  readonly host: string
  readonly life: number
  readonly version: number
}

/**
 * A message's bytes name the state that it comes from, so that what depends on what is known without asking the engine. Lives
 * are counted by the world: epochs are the engine's.
 */
export function writeMessage(name: string, { host, life, version }: MadeBy): string {
  return `${name}@${host},${life},${version}`
}

export function readMessage(text: string): { readonly name: string; readonly from: MadeBy | undefined } {
  const [name = '', from] = text.split('@')
  if (from === undefined) return { name, from: undefined }
  const [host = '', life, version] = from.split(',')
  return { name, from: { host, life: Number(life), version: Number(version) } }
}

const decoder = new TextDecoder()
const text = (bytes: Uint8Array): string => decoder.decode(bytes)

/** Takes each message in a step of its own, sends what follows from it, and remembers the names of all that it took. */
export class Taker implements Processor {
  seen: readonly string[] = []
  readonly #darq: string
  readonly #application: Application
  readonly #state: () => MadeBy
  #remembered: readonly Lsn[] = []

  /** @param state the state to which a step belongs that is made now */
  constructor(darq: string, application: Application, state: () => MadeBy) {
    this.#darq = darq
    this.#application = application
    this.#state = state
  }

  restore(_checkpoint: unknown, self: Iterable<Delivered<'restore'>>): void {
    this.seen = []
    this.#remembered = []
    for (const message of self) {
      this.seen = message.read(text).split(' ')
      this.#remembered = [message.lsn]
    }
  }

  deliver<Turn>(delivered: NonEmpty<Delivered<Turn>>, attached: Attached): void {
    for (const message of delivered) {
      const { name } = readMessage(message.read(text))
      const seen = [...this.seen, name]
      const state = this.#state()
      const receipt = attached.step({
        consume: [message.lsn, ...this.#remembered],
        remember: [seen.join(' ')],
        send: this.#application
          .sends(this.#darq, name)
          .map((sent) => ({ to: sent.to, bytes: writeMessage(sent.name, state) })),
      })
      this.seen = seen
      this.#remembered = receipt.remembered
    }
  }

  detached(): void {}
}
