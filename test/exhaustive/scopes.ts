/**
 * The scopes that are searched, by name. Each with the values of K that are worth it.
 *
 * @module
 */
import { chain, crossing, fork, house, meeting, pingPong } from './application.ts'
import { type Scope, scope } from './scope.ts'

export interface Scopes {
  /** What is in it, in a few words. */
  readonly about: string
  readonly ks: readonly number[]
  readonly at: (k: number) => Scope
}

const never = Number.POSITIVE_INFINITY
const pair = chain(['a', 'b'], 1)
const three = chain(['a', 'b', 'c'], 1)

export const scopes: Readonly<Record<string, Scopes>> = {
  pair: {
    about: 'a → b, 1 message, 1 crash',
    ks: [never, 0, 1],
    at: (k) => scope('pair', pair, k, 1),
  },
  'pair-crashes': {
    about: 'a → b, 1 message, 2 crashes',
    ks: [never, 0],
    at: (k) => scope('pair-crashes', pair, k, 2),
  },
  'pair-messages': {
    about: 'a → b, 2 messages, 1 crash',
    ks: [never, 0],
    at: (k) => scope('pair-messages', chain(['a', 'b'], 2), k, 1),
  },
  'pair-lossy': {
    about: 'a → b, 1 message, 1 crash, 1 frame lost, 1 frame twice',
    ks: [never, 0],
    at: (k) => scope('pair-lossy', pair, k, 1, { losses: 1, repeats: 1 }),
  },
  'pair-any': {
    about: 'a → b, 1 message, 1 crash, frames in any order',
    ks: [never],
    at: (k) => scope('pair-any', pair, k, 1, { inOrder: false }),
  },
  'pair-tasks': {
    about: 'a → b, 1 message, 1 crash, anything between two tasks of a host',
    ks: [never],
    at: (k) => scope('pair-tasks', pair, k, 1, { eager: false }),
  },
  'pair-early': {
    about: 'a → b, 1 message, 1 crash, 1 timer too early',
    ks: [never],
    at: (k) => scope('pair-early', pair, k, 1, { early: 1 }),
  },
  'pair-takeover': {
    about: 'a → b, 1 message, 1 host opened by another process while it runs',
    ks: [never, 0],
    at: (k) => scope('pair-takeover', pair, k, 0, { takeovers: 1 }),
  },
  ping: {
    about: 'a ⇄ b, 1 message to and fro (4 hops with the client’s), 1 crash',
    ks: [never, 1],
    at: (k) => scope('ping', pingPong(3), k, 1),
  },
  house: {
    about: 'a/1 → b/1 → b/2 → a/2, 1 message, 1 crash',
    ks: [never, 0],
    at: (k) => scope('house', house(1), k, 1),
  },
  'chain-crashes': {
    about: 'a → b → c, 1 message, 2 crashes',
    ks: [never],
    at: (k) => scope('chain-crashes', three, k, 2),
  },
  chain: {
    about: 'a → b → c, 1 message, 1 crash',
    ks: [never, 0, 1],
    at: (k) => scope('chain', three, k, 1),
  },
  fork: {
    about: 'a → b, a → c, b → c, 1 message, 1 crash',
    ks: [never],
    at: (k) => scope('fork', fork(1), k, 1),
  },
  meeting: {
    about: 'a → c, b → c, 1 message each, 1 crash of a or b',
    ks: [never],
    at: (k) => scope('meeting', meeting(1), k, 1, { mayCrash: ['a', 'b'] }),
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
