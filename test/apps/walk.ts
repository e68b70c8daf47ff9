/**
 * Walks through a random graph: a message names where it goes next, to one walker or to several, and each counts whom it has
 * seen. Who comes to an end is given a number, which the outside world is told: what it was told must be what remains.
 *
 * @module
 */
import { address, answer, call, effects, type Participant, participant, query, table } from '@darq/runtime'
import * as v from 'valibot'

const Numbered = v.object({ id: v.string(), number: v.number() })

export const Walker = address('walker/*', {
  /** `stops`: whom to go to next, all of them; then whom each of those goes to; and so on. */
  walk: v.object({ id: v.string(), stops: v.array(v.array(v.string())) }),
  visits: query(v.number()),
  numbers: query(v.record(v.string(), v.number())),
})
export const Gate = address('gate', { passed: call(Numbered, v.null()) })

export const walker = participant(Walker, {
  state: { visits: 0, numbers: table(v.number()) },
  own: { told: answer(Gate.passed, Numbered) },
  on: {
    walk(step, { id, stops }) {
      step.state.visits += 1
      const [next = [], ...rest] = stops
      for (const [index, key] of next.entries())
        step.send(Walker.walk(key, { id: `${id}.${index}`, stops: rest.map((keys) => [...keys]) }))
      if (next.length > 0) return
      const number = step.state.visits
      step.call(Gate.passed({ id, number }), step.own.told({ id, number }))
    },
    told(step, _answer, { id, number }) {
      step.state.numbers.set(id, number)
    },
    visits: (read) => read.state.visits,
    numbers: (read) => Object.fromEntries(read.state.numbers.entries()),
  },
})

/** What the outside world was told, by walk: each number that came. */
export type Passed = Map<string, Set<number>>

export const gate = (passed: () => Passed): Participant =>
  effects(Gate, {
    async passed({ id, number }) {
      const numbers = passed().get(id) ?? new Set()
      passed().set(id, numbers.add(number))
      return null
    },
  })
