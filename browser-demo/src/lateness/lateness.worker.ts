/** The tab's host: the stream, with a way to the board at the edge. */
import { remote } from '@darq/runtime'
import { serveTab } from '@darq/runtime/worker'
import { Network } from '../network.ts'
import { visitorToken } from '../visitor-token.ts'
import { lateness } from './lateness.ts'

const network = new Network(self.name === 'offline' ? 'offline' : 'online')

serveTab({
  name: 'stream-tab',
  participants: [lateness],
  routes: {
    board: remote(new URL('/board', location.origin), { token: visitorToken(network.fetch), fetch: network.fetch }),
  },
})
