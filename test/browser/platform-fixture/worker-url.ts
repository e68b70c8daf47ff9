import { serve } from './serve.ts'

serve({ core: 'wasm', wasm: '/elsewhere/core.wasm' })
