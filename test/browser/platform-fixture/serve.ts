import { remote } from '@darq/runtime'
import { type ServeTabOptions, serveTab } from '@darq/runtime/worker'
import { counter } from './counter.ts'

/** All workers of this fixture host the same store, each in its own way. */
export function serve(options: Partial<ServeTabOptions>): void {
  serveTab({ name: 'fixture', participants: [counter], routes: { elsewhere: remote('/nobody') }, ...options })
}
