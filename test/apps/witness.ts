/**
 * Places in which ids are put, in the order in which they come, and what others have seen there: who saw an id and says so
 * elsewhere must not be left with what nobody has.
 *
 * @module
 */
import { address, participant, query, table } from '@darq/runtime'
import * as v from 'valibot'

export const Place = address('place/*', {
  put: v.string(),
  /** What was seen at a place. */
  note: v.object({ at: v.string(), seen: v.string() }),
  /** Of the last id: `number:id`, the number telling how many there are; '' without one. */
  newest: query(v.string()),
  all: query(v.array(v.string())),
  notes: query(v.array(v.object({ at: v.string(), seen: v.string() }))),
})

export const place = participant(Place, {
  state: { count: 0, newest: '', ids: table(v.string()), notes: table(v.string()) },
  on: {
    put(step, id) {
      step.state.count += 1
      step.state.newest = `${step.state.count}:${id}`
      step.state.ids.set(step.state.newest, id)
    },
    note(step, { at, seen }) {
      step.state.notes.set(`${at} ${seen}`, at)
    },
    newest: (read) => read.state.newest,
    all: (read) => [...read.state.ids.entries()].map(([id]) => id),
    notes: (read) => [...read.state.notes.entries()].map(([note, at]) => ({ at, seen: note.slice(at.length + 1) })),
  },
})
