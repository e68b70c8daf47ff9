import { serve } from './serve.ts'

// As on a platform that has none, or where a person has switched it off.
Reflect.deleteProperty(globalThis, 'WebAssembly')
serve({})
