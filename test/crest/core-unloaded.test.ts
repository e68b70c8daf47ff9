/** Neither core can be had: the script of the one in TypeScript is gone as well, or the network is. */
import { openHost } from '@darq/runtime'
import { memory } from '@darq/runtime/storage'
import { expect, test, vi } from 'vitest'

vi.mock('@darq/core/twin', () => {
  throw new Error('failed to fetch a script')
})

test('a host is not opened, says why of both, and may be opened later', async () => {
  const opening = openHost({ name: 'host', participants: [], storage: memory(), wasm: '/missing/core.wasm' })
  await expect(opening).rejects.toMatchObject({
    code: 'wasm_unavailable',
    retryable: true,
    facts: { wasm: { wasm: '/missing/core.wasm', expected: 'a file' } },
  })
})
