import { openHost } from '@darq/runtime'
import { EventLog } from '@darq/runtime/engine'
import { memory } from '@darq/runtime/storage'
import { eventLogSvg } from '@darq/runtime/testing'
import { Ballot } from './votes.address.ts'
import { ballot, tally } from './votes.ts'

const eventLog = new EventLog()
const host = await openHost({
  name: 'try',
  participants: [ballot, tally],
  storage: memory(),
  onEvent: eventLog.note,
})
await host.send(Ballot.vote({ choice: 'tea' })).committed
await host.close()
console.log(eventLogSvg(eventLog.events)) // of the events of several hosts: one lane for each
