import { openHost } from '@darq/runtime'
import { memory } from '@darq/runtime/storage'
import { Ballot, Tally } from './votes.address.ts'
import { ballot, tally } from './votes.ts'

const host = await openHost({ name: 'try', participants: [ballot, tally], storage: memory() })
await host.send(Ballot.vote({ choice: 'tea' })).committed
await host.send(Ballot.vote({ choice: 'tea' })).committed
for await (const view of host.watch(Tally.counts())) {
  if (view.grade !== 'committed' || view.value.tea !== 2) continue
  console.log(view.value) // { tea: 2 }
  break
}
await host.close()
