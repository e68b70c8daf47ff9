import { bytes } from './inlined.ts'
import { serve } from './serve.ts'

serve({ core: 'wasm', wasm: new WebAssembly.Module(bytes) })
