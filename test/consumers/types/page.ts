import { openTab } from '@darq/runtime/browser'

export const tab = openTab(() => new Worker('/worker.js', { type: 'module' }))

// @ts-expect-error: see everywhere.ts
openTab('/worker.js')
