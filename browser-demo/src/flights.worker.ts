/** The tab's host: the DARQ `flights`, with a way to the edge for `totals`. */
import { remote } from '@darq/runtime'
import { serveTab } from '@darq/runtime/worker'
import { flights } from './flights.ts'
import { Network } from './network.ts'
import { visitorToken } from './visitor-token.ts'

const network = new Network(self.name === 'offline' ? 'offline' : 'online')

serveTab({
  name: 'flights-tab',
  participants: [flights],
  routes: {
    totals: remote(new URL('/darq', location.origin), { token: visitorToken(network.fetch), fetch: network.fetch }),
  },
})
