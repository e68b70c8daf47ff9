/** The tab's host. Of several tabs one has it, and the others send to that one. */
import { remote } from '@darq/runtime'
import { serveTab } from '@darq/runtime/worker'
import { order } from './order.ts'
import { visitorToken } from './token.ts'

serveTab({
  // Half of this host's identity: the edge knows it as `shop-tab#<generation>`. Keep it.
  name: 'shop-tab',
  participants: [order],
  routes: { stock: remote(new URL('/darq', location.origin), { token: visitorToken }) },
})
