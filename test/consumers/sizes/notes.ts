import { participant } from '@darq/runtime'
import { Notes } from './note.address.ts'

export const notes = participant(Notes, {
  state: { count: 0 },
  on: {
    add(step) {
      step.state.count += 1
    },
  },
})
