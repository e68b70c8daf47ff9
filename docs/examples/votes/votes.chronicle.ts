import { openHost } from '@darq/runtime'
import { Chronicle } from '@darq/runtime/engine'
import { memory } from '@darq/runtime/storage'
import { chronicleSvg } from '@darq/runtime/testing'
import { Ballot } from './votes.address.ts'
import { ballot, tally } from './votes.ts'

const chronicle = new Chronicle()
const host = await openHost({
  name: 'try',
  participants: [ballot, tally],
  storage: memory(),
  onChronicle: chronicle.note,
})
await host.send(Ballot.vote({ choice: 'tea' })).committed
await host.close()
console.log(chronicleSvg(chronicle.events)) // of the events of several hosts: one lane for each
