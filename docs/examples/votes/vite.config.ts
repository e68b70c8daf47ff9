import { defineConfig } from 'vite'

const edge = 'http://localhost:8787'

export default defineConfig({
  build: { target: 'es2024' },
  worker: { format: 'es' },
  server: { proxy: { '/darq': edge, '/token': edge } },
})
