import { address } from '@darq/runtime'
import { anything } from './schema.ts'

export const Notes = address('notes', { add: anything })
