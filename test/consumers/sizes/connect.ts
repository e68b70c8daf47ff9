import { connect } from '@darq/runtime'
import { Notes } from './note.address.ts'

await connect('https://edge.example/darq').send(Notes.add({ text: 'hello' })).committed
