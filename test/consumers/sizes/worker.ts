import { remote } from '@darq/runtime'
import { serveTab } from '@darq/runtime/worker'
import { notes } from './notes.ts'

serveTab({ name: 'sizes', participants: [notes], routes: { archive: remote('https://edge.example/darq') } })
