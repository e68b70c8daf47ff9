import { connect } from '@darq/runtime'
import { openTab } from '@darq/runtime/browser'
import { Ballot, Tally } from './votes.address.ts'
import { visitorToken } from './votes.token.ts'

const said = document.querySelector('#said')
const counts = document.querySelector('#counts')
const say = (text: string) => said?.replaceChildren(text)

const tab = await openTab(() => new Worker(new URL('./votes.worker.ts', import.meta.url), { type: 'module' }))
say(`This tab is the ${tab.status.role}; its storage is ${tab.status.durability}.`)

async function vote(choice: string): Promise<void> {
  const receipt = tab.send(Ballot.vote({ choice }))
  await receipt.accepted
  say(`${choice}: counted here`)
  const { durability } = await receipt.committed
  say(`${choice}: saved (${durability})`)
}

for (const button of document.querySelectorAll('button'))
  button.addEventListener('click', () => void vote(button.value).catch((error) => say(String(error))))

const edge = connect(new URL('/darq', location.origin), { token: visitorToken })
for await (const view of edge.watch(Tally.counts())) {
  if (view.grade === 'withdrawn') continue
  counts?.replaceChildren(`${JSON.stringify(view.value)} (${view.grade})`)
}
