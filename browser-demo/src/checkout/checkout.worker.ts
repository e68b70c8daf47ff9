/** The tab's host: the workflow `Purchase`, with a way to the shop at the edge. */
import { remote } from '@darq/runtime'
import { serveTab } from '@darq/runtime/worker'
import { Network } from '../network.ts'
import { visitorToken } from '../visitor-token.ts'
import { purchase } from './purchase.ts'

const network = new Network(self.name === 'offline' ? 'offline' : 'online')

serveTab({
  name: 'checkout-tab',
  participants: [purchase],
  routes: {
    'checkout/*': remote(new URL('/shop', location.origin), {
      token: visitorToken(network.fetch),
      fetch: network.fetch,
    }),
  },
})
