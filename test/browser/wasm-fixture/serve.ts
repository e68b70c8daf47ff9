import { serveTab } from '@darq/runtime/worker'
import { counter } from '../fixture/counter.ts'

/** All workers of this fixture host the same store, each on the core that it asks for. */
export function serve(options: Pick<Parameters<typeof serveTab>[0], 'core' | 'wasm'>): void {
  serveTab({ name: 'fixture', participants: [counter], ...options })
}
