/**
 * The scopes that are searched, by name. Each with the values of K that are worth it.
 *
 * @module
 */
import { type Application, chain, crossing, fork, gathering, house, meeting, pingPong, visited } from './application.ts'
import { type Scope, scope } from './scope.ts'

export interface Scopes {
  /** What is in it, in a few words. */
  readonly about: string
  readonly ks: readonly number[]
  readonly at: (k: number) => Scope
}

const never = Number.POSITIVE_INFINITY
const pair = (messages: number) => chain(['a', 'b'], messages)
const three = (messages: number) => chain(['a', 'b', 'c'], messages)

/** `NAME-MESSAGES-CRASHES`: an application in its plainest world, with so many messages of each client. */
function grown(
  name: string,
  about: string,
  application: (messages: number) => Application,
  sizes: readonly (readonly [messages: number, crashes: number, ...ks: number[]])[],
): Record<string, Scopes> {
  return Object.fromEntries(
    sizes.map(([messages, crashes, ...ks]) => {
      const whole = `${name}-${messages}-${crashes}`
      return [
        whole,
        {
          about: `${about}, ${counted(messages, 'message')}, ${counted(crashes, 'crash')}`,
          ks,
          at: (k: number) => scope(whole, application(messages), k, crashes),
        },
      ]
    }),
  )
}

const counted = (count: number, what: string) =>
  count === 1 ? `1 ${what}` : `${count} ${what}${what.endsWith('h') ? 'es' : 's'}`

export const scopes: Readonly<Record<string, Scopes>> = {
  ...grown('pair', 'a → b', pair, [
    [1, 1, never, 0, 1],
    [1, 2, never, 0],
    [2, 1, never, 0],
    [2, 2, never, 0],
    [3, 2, never, 0],
    [4, 1, never, 0],
    [4, 2, never, 0],
  ]),
  ...grown('chain', 'a → b → c', three, [
    [1, 1, never, 0, 1],
    [1, 2, never, 0, 1],
    [2, 1, never, 0, 1],
    [2, 2, 0],
    [3, 0, never],
    [4, 1, 0],
    [4, 2, 0],
  ]),
  ...grown('meeting', 'a → c, b → c', meeting, [
    [1, 1, never],
    [1, 2, never, 0],
  ]),
  ...grown('visited', 'a → b → c, and c has a client of its own', (messages) => visited(['a', 'b', 'c'], messages), [
    [1, 1, never],
    [1, 2, never],
  ]),
  ...grown('fork', 'a → b, a → c, b → c', fork, [
    [1, 0, never],
    [1, 1, never, 0],
    [1, 2, 0],
  ]),
  'chain-2-2-middle': {
    about: 'a → b → c, 2 messages, 2 crashes of b',
    ks: [never],
    at: (k) => scope('chain-2-2-middle', three(2), k, 2, { mayCrash: ['b'] }),
  },
  'pair-lossy': {
    about: 'a → b, 1 message, 1 crash, 1 frame lost, 1 frame twice',
    ks: [never, 0],
    at: (k) => scope('pair-lossy', pair(1), k, 1, { losses: 1, repeats: 1 }),
  },
  'pair-any': {
    about: 'a → b, 1 message, 1 crash, frames in any order',
    ks: [never],
    at: (k) => scope('pair-any', pair(1), k, 1, { inOrder: false }),
  },
  'pair-any-crashes': {
    about: 'a → b, 1 message, 2 crashes, frames in any order',
    ks: [never],
    at: (k) => scope('pair-any-crashes', pair(1), k, 2, { inOrder: false }),
  },
  'pair-tasks': {
    about: 'a → b, 1 message, 1 crash, anything between two tasks of a host',
    ks: [never],
    at: (k) => scope('pair-tasks', pair(1), k, 1, { eager: false }),
  },
  'pair-early': {
    about: 'a → b, 1 message, 1 crash, 1 timer too early',
    ks: [never],
    at: (k) => scope('pair-early', pair(1), k, 1, { early: 1 }),
  },
  'pair-takeover': {
    about: 'a → b, 1 message, 1 host opened by another process while it runs',
    ks: [never, 0],
    at: (k) => scope('pair-takeover', pair(1), k, 0, { takeovers: 1 }),
  },
  'pair-all': {
    about: 'a → b, 1 message, 1 crash, 1 frame lost, 1 frame twice, any order, 1 early timer, 1 takeover',
    ks: [never],
    at: (k) => scope('pair-all', pair(1), k, 1, { losses: 1, repeats: 1, inOrder: false, early: 1, takeovers: 1 }),
  },
  ping: {
    about: 'a ⇄ b, 1 message to and fro (4 hops with the client’s), 1 crash',
    ks: [never, 1],
    at: (k) => scope('ping', pingPong(3), k, 1),
  },
  'ping-crashes': {
    about: 'a ⇄ b, 1 message to and fro (4 hops with the client’s), 2 crashes',
    ks: [never, 1],
    at: (k) => scope('ping-crashes', pingPong(3), k, 2),
  },
  house: {
    about: 'a/1 → b/1 → b/2 → a/2, 1 message, 1 crash',
    ks: [never, 0],
    at: (k) => scope('house', house(1), k, 1),
  },
  gathering: {
    about: 'a → b, 1 message, and 2 of b’s own client, logs so small that they are truncated, 1 crash',
    ks: [never],
    at: (k) => scope('gathering', gathering({ a: 1, b: 2 }), k, 1, { log_bytes_max: 1_200 }),
  },
  crossing: {
    about: 'a → b and b → c, 1 message and 2, after one each is done',
    ks: [never],
    at: (k) => scope('crossing', crossing(['a', 'b', 'c'], { a: 2, b: 3 }), k, 0, { warm: 1 }),
  },
  'crossing-crash': {
    about: 'a → b and b → a, 1 message and 2, after one each is done, 1 crash of a',
    ks: [never],
    at: (k) => scope('crossing-crash', crossing(['b', 'a'], { a: 2, b: 3 }), k, 1, { warm: 1, mayCrash: ['a'] }),
  },
}
