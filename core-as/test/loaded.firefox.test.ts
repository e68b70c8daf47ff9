import { suite } from './loaded.ts'

suite()
