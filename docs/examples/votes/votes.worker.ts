import { remote } from '@darq/runtime'
import { serveTab } from '@darq/runtime/worker'
import { visitorToken } from './votes.token.ts'
import { ballot } from './votes.ts'

serveTab({
  name: 'votes-tab',
  participants: [ballot],
  routes: { tally: remote(new URL('/darq', location.origin), { token: visitorToken }) },
})
