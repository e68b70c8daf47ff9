/**
 * What no step may ask: the network, timers, the clock, chance. A step is taken again after a crash, with another answer.
 *
 * @module
 */
import { DarqError } from '../error.ts'

/** Told of what a handler has asked that it may not; undefined while no handler runs. */
let misused: ((what: string) => void) | undefined

function refuseInStep(what: string, instead: string): void {
  if (misused === undefined) return
  misused(`${what} inside a step: there is ${instead}`)
  throw new DarqError('nondeterministic', { retryable: false, facts: { expected: instead, got: what } })
}

/** What stands in while simulations run: as it always was, but for a handler. */
function standIn(what: string, instead: string, kept: object): object {
  return new Proxy(kept, {
    apply: (target, self, given) => {
      refuseInStep(what, instead)
      return typeof target === 'function' ? Reflect.apply(target, self, given) : undefined
    },
  })
}

function standInDate(kept: DateConstructor): DateConstructor {
  const now = standIn('Date.now', 'step.now_ms', kept.now)
  return new Proxy(kept, {
    construct: (target, given, made) => {
      if (given.length === 0) refuseInStep('new Date()', 'step.now_ms')
      return Reflect.construct(target, given, made)
    },
    apply: (target, self, given) => {
      refuseInStep('Date()', 'step.now_ms')
      return Reflect.apply(target, self, given)
    },
    get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
  })
}

const later = 'a message with `after`'
const instead: readonly (readonly [where: object, name: string, what: string, instead: string])[] = [
  [globalThis, 'fetch', 'fetch', 'an effects address'],
  [globalThis, 'setTimeout', 'setTimeout', later],
  [globalThis, 'setInterval', 'setInterval', later],
  [globalThis, 'setImmediate', 'setImmediate', 'a message to the participant itself'],
  [Math, 'random', 'Math.random', 'step.random()'],
]

let guards = 0
let restore: (() => void)[] = []

function replace(where: object, name: string, value: unknown): void {
  const kept = Reflect.getOwnPropertyDescriptor(where, name)
  if (kept === undefined) return
  Reflect.defineProperty(where, name, {
    value,
    configurable: true,
    writable: true,
    enumerable: kept.enumerable ?? false,
  })
  restore.push(() => void Reflect.defineProperty(where, name, kept))
}

/** From now on steps are guarded. @returns what ends that; the last one to end it leaves everything as it was */
export function guardSteps(): () => void {
  guards += 1
  if (guards === 1) {
    for (const [where, name, what, other] of instead) {
      const kept: unknown = Reflect.get(where, name)
      if (typeof kept === 'function') replace(where, name, standIn(what, other, kept))
    }
    replace(globalThis, 'Date', standInDate(Date))
  }
  return () => {
    guards -= 1
    if (guards > 0) return
    for (const run of restore) run()
    restore = []
  }
}

/**
 * Runs a handler.
 *
 * @param tell is told of a misuse; the handler itself gets an error `nondeterministic`
 */
export function outOfReach<T>(run: () => T, tell: (what: string) => void): T {
  misused = tell
  try {
    return run()
  } finally {
    misused = undefined
  }
}
