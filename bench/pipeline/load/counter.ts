/**
 * The participant that all contenders run: a counter with one cell, which takes messages of 100 bytes.
 *
 * @module
 */
import { address, participant, query, type Schema } from '@darq/runtime'

export const message_bytes = 100
/** The one DARQ that all producers send to. */
export const counter_name = 'one'

/** A schema that costs as little as one can: the benchmark is not about validation. */
function typed<T>(what: string, is: (value: unknown) => value is T): Schema<T> {
  const validate = (value: unknown) => (is(value) ? { value } : { issues: [{ message: `expected ${what}` }] })
  return { '~standard': { version: 1, vendor: 'bench', validate } }
}

const text = typed('text', (value): value is string => typeof value === 'string')
const whole = typed('a number', (value): value is number => typeof value === 'number')

export const Counter = address('counter/*', { add: text, total: query(whole) })

export const counter = participant(Counter, {
  state: { total: 0 },
  on: {
    add(step) {
      step.state.total += 1
    },
    total: (read) => read.state.total,
  },
})

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** @returns so many different texts of 100 random letters: as bytes of JSON, little of them can be compressed */
export function randomTexts(count: number): readonly string[] {
  return Array.from({ length: count }, () => {
    const bytes = crypto.getRandomValues(new Uint8Array(message_bytes))
    return Array.from(bytes, (byte) => letters[byte & 63]).join('')
  })
}
