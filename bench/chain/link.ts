/**
 * What all hosts of a chain run: a participant that notes a request and passes it on to the next.
 *
 * @module
 */
import { address, participant, query, type Schema, table } from '@darq/runtime'

/** A schema that costs as little as one can: the benchmark is not about validation. */
function typed<T>(what: string, is: (value: unknown) => value is T): Schema<T> {
  const validate = (value: unknown) => (is(value) ? { value } : { issues: [{ message: `expected ${what}` }] })
  return { '~standard': { version: 1, vendor: 'bench', validate } }
}

/** A request: the loop that makes it, its number there, and something to carry. */
export interface Request {
  readonly loop: string
  readonly nth: number
  readonly text: string
}

const request = typed(
  'a request',
  (value): value is Request => typeof value === 'object' && value !== null && 'loop' in value && 'nth' in value,
)
const whole = typed('a number', (value): value is number => typeof value === 'number')
const text = typed('text', (value): value is string => typeof value === 'string')

export const Link = address('link/*', {
  pass: request,
  /** How many requests of that loop have come through. */
  seen: query(text, whole),
})

/** The name of a chain's host: `link/a.10.3` is the third of the ten in chain `a`. */
export function linkName(chain: string, length: number, place: number): string {
  return `${chain}.${length}.${place}`
}

/** @returns the next one's key; `undefined` for the last */
export function nextOf(key: string): string | undefined {
  const [chain = '', length, place] = key.split('.')
  return Number(place) < Number(length) ? linkName(chain, Number(length), Number(place) + 1) : undefined
}

export const link = participant(Link, {
  state: { seen: table(whole) },
  on: {
    pass(step, request) {
      step.state.seen.set(request.loop, request.nth)
      const next = nextOf(step.key)
      if (next !== undefined) step.send(Link.pass(next, request))
    },
    seen: (read, loop) => read.state.seen.get(loop) ?? 0,
  },
})

/** About what a small command weighs. */
export const text_bytes = 100
export const some_text = 'x'.repeat(text_bytes)
