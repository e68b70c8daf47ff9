import { participant, refuse, table } from '@darq/runtime'
import * as v from 'valibot'
import { Ballot, Tally } from './votes.address.ts'

/** Lives in the tab: remembers its own votes, and passes each on. */
export const ballot = participant(Ballot, {
  state: { mine: table(v.number()) },
  on: {
    vote(step, { choice }) {
      if (choice === '') refuse('no choice')
      step.state.mine.update(choice, (count = 0) => count + 1)
      step.send(Tally.add({ choice }))
    },
    mine: (read) => Object.fromEntries(read.state.mine.entries()),
  },
})

/** Lives at the edge: counts everybody's. */
export const tally = participant(Tally, {
  state: { counts: table(v.number()) },
  on: {
    add(step, { choice }) {
      step.state.counts.update(choice, (count = 0) => count + 1)
    },
    counts: (read) => Object.fromEntries(read.state.counts.entries()),
  },
})
