import { address, call, remote } from '@darq/runtime'
import { serveTab } from '@darq/runtime/worker'
import { workflow } from '@darq/runtime/workflow'
import { Notes } from './note.address.ts'
import { notes } from './notes.ts'
import { anything } from './schema.ts'

const Review = address('review/*', { start: call(anything, anything), approval: anything })
const review = workflow(Review, async (flow, note) => {
  await flow.receive('approval', { timeout: '2 days' })
  flow.send(Notes.add(note))
  return note
})

serveTab({ name: 'sizes', participants: [notes, review], routes: { archive: remote('https://edge.example/darq') } })
