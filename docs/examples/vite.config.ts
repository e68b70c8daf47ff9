import { defineConfig } from 'vite'

export default defineConfig({
  root: import.meta.dirname,
  build: { target: 'es2024' },
  worker: { format: 'es' },
  server: { proxy: { '/darq': 'http://localhost:8787', '/token': 'http://localhost:8787' } },
})
