/**
 * Values that code which takes values from others must stand: for properties with fast-check, whose module is handed in, so
 * that who only simulates needs none.
 *
 * @module
 */
import type FastCheck from 'fast-check'
import { DarqError } from '../error.ts'

export interface HostileValues {
  /** Lone surrogates, NUL, separators, normal forms, names of the language's own, up to 100,000 characters. */
  readonly text: FastCheck.Arbitrary<string>
  /** Both zeros, NaN, infinities, the ends of what is whole, subnormal ones. */
  readonly number: FastCheck.Arbitrary<number>
  /** Errors of every shape: loops, getters that throw, proxies, messages that are none. */
  readonly error: FastCheck.Arbitrary<Hostile>
  /** Whatever may be thrown. */
  readonly thrown: FastCheck.Arbitrary<Hostile>
}

/** A value to come: fast-check looks at what it generates, and some of these don't stand that. */
export interface Hostile {
  /** What a counterexample is known by. */
  readonly name: string
  readonly make: () => unknown
}

/**
 * @param fc the module `fast-check`
 * @example
 * ```ts
 * import fc from 'fast-check'
 *
 * const { text } = hostileValues(fc)
 * fc.assert(fc.property(text, (name) => JSON.parse(JSON.stringify(name)) === name))
 * ```
 */
export function hostileValues(fc: typeof FastCheck): HostileValues {
  const text = fc.oneof(fc.constantFrom(...texts), fc.string({ unit: 'binary' }), fc.string())
  const number = fc.oneof(fc.constantFrom(...numbers), fc.double(), fc.integer())
  const error = fc.oneof(
    fc.constantFrom(...Object.entries(shapes).map(([name, make]) => ({ name, make }))),
    fc.tuple(text, fc.constantFrom(...kinds)).map(([said, Kind]) => hostile(Kind.name, () => new Kind(said))),
    fc.tuple(fc.constantFrom(...codes), text, fc.boolean()).map((given) => hostile(given[0], () => darqError(given))),
    text.map((reason) => hostile('a refusal', () => new DarqError(`app:${reason}`))),
  )
  const plain = fc.oneof(text, number, fc.bigInt(), fc.object(), fc.constantFrom(undefined, null, true, false))
  const thrown = fc.oneof(
    { arbitrary: error, weight: 3 },
    plain.map((value) => hostile(typeof value, () => value)),
    fc.constantFrom(...others.map((value) => hostile(Object.prototype.toString.call(value), () => value))),
  )
  return { text, number, error, thrown }
}

function hostile(name: string, make: () => unknown): Hostile {
  return { name, make }
}

const texts: readonly string[] = [
  '',
  '\0',
  '\ud83d',
  '\udc4b',
  'Tea \ud83d',
  'a\nb',
  'a/b',
  'a#b',
  'a\u2028b',
  '\ufeffa',
  'é',
  'e\u0301',
  'İ',
  '__proto__',
  'constructor',
  'toString',
  'then',
  '$wake',
  '*',
  '~0',
  ' ',
  '0',
  'x'.repeat(100_000),
  '👋'.repeat(50_000),
]

const numbers: readonly number[] = [
  0,
  -0,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  2 ** 53 - 1,
  2 ** 53,
  2 ** 53 + 2,
  -(2 ** 53),
  2 ** 31,
  2 ** 32,
  1e300,
  -1e300,
  Number.MIN_VALUE,
  0.1,
]

const kinds = [Error, TypeError, RangeError, SyntaxError] as const

/** Of the codes those that say nothing to the machinery itself, as `backpressure` does. */
const codes = ['conflict', 'timeout', 'internal', 'handler_failed', 'unknown_address', 'storage'] as const

function darqError([code, message, retryable]: [(typeof codes)[number], string, boolean]): DarqError {
  return new DarqError(code, { message, retryable, facts: { message } })
}

function fails(): never {
  throw new Error('a getter has thrown')
}

/** Every trap throws. */
const trapped: ProxyHandler<object> = new Proxy({}, { get: () => fails })

function withGetter(name: string): Error {
  return Object.defineProperty(new Error('plain'), name, { get: fails })
}

function loop(): Error {
  const error = new Error('a loop')
  error.cause = new Error('inside', { cause: error })
  return error
}

function chain(length: number): Error {
  let error = new Error('the first')
  for (let count = 0; count < length; count += 1) error = new Error('another', { cause: error })
  return error
}

function gathered(): AggregateError {
  const error = new AggregateError([], 'gathered')
  error.errors.push(error, error, loop())
  return error
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable(new Error('revoked'), {})
  revoke()
  return proxy
}

function loopOfFacts(): object {
  const facts: Record<string, unknown> = { deep: [] }
  facts.self = facts
  return facts
}

/** What the types forbid, and who has none can do. */
function untyped(code: string, options: object): DarqError {
  return Reflect.construct(DarqError, [code, options])
}

function changed(name: string, value: unknown): DarqError {
  return Object.defineProperty(new DarqError('app:changed', { facts: { kept: true } }), name, { value })
}

const shapes: Readonly<Record<string, () => unknown>> = {
  noPrototype: () => Object.create(null),
  noPrototypeWithMessage: () => Object.assign(Object.create(null), { message: 'bare' }),
  loop,
  chain: () => chain(10_000),
  gathered,
  gatheredByGetter: () => withGetterOf(new AggregateError([], 'gathered'), 'errors'),
  messageObject: () => Object.assign(new Error('plain'), { message: { not: 'a text' } }),
  messageSymbol: () => Object.assign(new Error('plain'), { message: Symbol('message') }),
  messageGetter: () => withGetter('message'),
  nameGetter: () => withGetter('name'),
  causeGetter: () => withGetter('cause'),
  stackGetter: () => withGetter('stack'),
  constructorGetter: () => withGetter('constructor'),
  tagGetter: () => withGetterOf({}, Symbol.toStringTag),
  thenGetter: () => withGetterOf({}, 'then'),
  toStringThrows: () => ({ toString: fails }),
  toStringObject: () => ({ toString: () => ({}) }),
  toPrimitiveThrows: () => ({ [Symbol.toPrimitive]: fails }),
  empty: () => new Error(),
  frozen: () => Object.freeze(new Error('frozen')),
  proxy: () => new Proxy(new Error('proxied'), trapped),
  proxyOfOurs: () => new Proxy(new DarqError('app:proxied'), trapped),
  revoked,
  factsLoop: () => untyped('app:loop', { facts: loopOfFacts() }),
  factsFunction: () => untyped('app:function', { facts: { call: fails, big: 1n, at: new Date(0), map: new Map() } }),
  factsGetter: () => untyped('app:getter', { facts: withGetterOf({}, 'got') }),
  factsLarge: () => untyped('app:large', { facts: { list: Array.from({ length: 100_000 }, () => 'x'.repeat(10)) } }),
  factsBytes: () => untyped('app:bytes', { facts: new Uint8Array(2_000_000) }),
  factsProxy: () => untyped('app:proxy', { facts: new Proxy({}, trapped) }),
  factsProto: () => untyped('app:proto', { facts: JSON.parse('{"__proto__":{"a":1},"then":1}') }),
  messageNone: () => untyped('app:none', { message: { not: 'a text' } }),
  changedMessage: () => changed('message', { not: 'a text' }),
  changedFacts: () => changed('facts', loopOfFacts()),
  changedCode: () => changed('code', Symbol('code')),
  changedRetryable: () => changed('retryable', 'yes'),
}

function withGetterOf(value: object, name: string | symbol): object {
  return Object.defineProperty(value, name, { get: fails, enumerable: true })
}

const others: readonly unknown[] = [
  () => {},
  class Thrown {},
  new Date(Number.NaN),
  new Map(),
  new Uint8Array(3),
  /x/,
  new WeakRef({}),
  new Promise(() => {}),
  Symbol('thrown'),
]
