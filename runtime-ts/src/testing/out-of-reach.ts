/**
 * What no step may ask: the network, timers, the clock, chance. A step is taken again after a crash, with another answer.
 *
 * @module
 */
import { DarqError } from '../error.ts'

/** Told what a handler has asked that it may not, and what there is instead. */
let misused: (what: string, instead: string) => void = () => {}

function refuse(what: string, instead: string): never {
  misused(what, instead)
  throw new DarqError('nondeterministic', { retryable: false, facts: { expected: instead, got: what } })
}

/** Made once: a step is short. */
const standIns: readonly (readonly [where: object, name: string, standIn: unknown])[] = [
  [globalThis, 'fetch', () => refuse('fetch', 'an effects address')],
  [globalThis, 'setTimeout', () => refuse('setTimeout', 'a message with `after`')],
  [globalThis, 'setInterval', () => refuse('setInterval', 'a message with `after`')],
  [globalThis, 'setImmediate', () => refuse('setImmediate', 'a message to the participant itself')],
  [Math, 'random', () => refuse('Math.random', 'step.random()')],
  [
    globalThis,
    'Date',
    new Proxy(Date, {
      construct: (target, given, made) =>
        given.length === 0 ? refuse('new Date()', 'step.now_ms') : Reflect.construct(target, given, made),
      apply: () => refuse('Date()', 'step.now_ms'),
      get: (target, name) => (name === 'now' ? () => refuse('Date.now', 'step.now_ms') : Reflect.get(target, name)),
    }),
  ],
]

/**
 * Runs a handler.
 *
 * @param tell is told of a misuse; the handler itself gets an error `nondeterministic`
 */
export function outOfReach<T>(run: () => T, tell: (what: string) => void): T {
  const kept = standIns.map(([where, name]) => Reflect.getOwnPropertyDescriptor(where, name))
  misused = (what, instead) => tell(`${what} inside a step: there is ${instead}`)
  for (const [where, name, standIn] of standIns)
    Reflect.defineProperty(where, name, { value: standIn, configurable: true, writable: true })
  try {
    return run()
  } finally {
    for (const [index, [where, name]] of standIns.entries()) {
      const descriptor = kept[index]
      if (descriptor === undefined) Reflect.deleteProperty(where, name)
      else Reflect.defineProperty(where, name, descriptor)
    }
  }
}
