/** The tab's host: the workflow `Purchase`, with a client of the edge. */
import { connect } from '@darq/runtime'
import { serveTab } from '@darq/runtime/worker'
import { Network } from '../network.ts'
import { visitorToken } from '../visitor-token.ts'
import { purchase } from './purchase.ts'

const network = new Network(self.name === 'offline' ? 'offline' : 'online')
const edge = connect(new URL('/shop', location.origin), { token: visitorToken(network.fetch), fetch: network.fetch })

serveTab({ name: 'checkout-tab', participants: [purchase(edge)] })
