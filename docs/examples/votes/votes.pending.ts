import type { Client } from '@darq/runtime'
import { Tally } from './votes.address.ts'

/** Shows the counts at once, and says how sure they are. */
export async function follow(client: Client, show: (text: string, how: 'pending' | 'saved') => void): Promise<void> {
  for await (const view of client.watch(Tally.counts())) {
    if (view.grade === 'withdrawn') continue // the value that survived is the next one
    show(`tea: ${view.value.tea ?? 0}`, view.grade === 'committed' ? 'saved' : 'pending')
  }
}
