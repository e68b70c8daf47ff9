import { openHost } from '@darq/runtime'
import { memory } from '@darq/runtime/storage'
import { feed } from '@darq/runtime/stream'
import { Board, Flights } from './flights.address.ts'
import { board, lateness } from './flights.ts'

const flights = [
  { date: '2001-01-01T08:05:00Z', delay: 20, origin: 'JFK' },
  { date: '2001-01-01T08:40:00Z', delay: 40, origin: 'JFK' },
  { date: '2001-01-01T08:38:00Z', delay: 3, origin: 'LAX' },
  { date: '2001-01-01T09:10:00Z', delay: 25, origin: 'LAX' },
]

await using host = await openHost({ name: 'demo', participants: [lateness, board], storage: memory() })
console.log(await feed(host, Flights.flight, flights))

// The first hour is over; the second is still open.
for await (const view of host.watch(Board.airports())) {
  if (view.grade !== 'committed' || Object.keys(view.value).length === 0) continue
  console.log('over', view.value)
  break
}
const hours = await host.query(Flights.hours(), { grade: 'committed' })
console.log('with open ones', hours.map(({ origin, mean }) => `${origin} ${mean}`).join(', '))
