import { openTab } from '@darq/runtime/browser'
import { Notes } from './note.address.ts'

const tab = await openTab(() => new Worker('/worker.js', { type: 'module' }))
await tab.send(Notes.add({ text: 'hello' })).committed
