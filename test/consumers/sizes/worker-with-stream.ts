import { remote } from '@darq/runtime'
import { count, stream, tumbling } from '@darq/runtime/stream'
import { serveTab } from '@darq/runtime/worker'
import { Notes } from './note.address.ts'
import { notes } from './notes.ts'

const perMinute = stream(Notes.add)
  .keyBy((note) => note.text)
  .window(tumbling('1 minute', () => 0))
  .aggregate(count())
  .to(({ key }) => Notes.add({ text: key }))

serveTab({ name: 'sizes', participants: [notes, perMinute], routes: { archive: remote('https://edge.example/darq') } })
