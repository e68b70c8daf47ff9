import { copyFileSync, mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

await build({
  entryPoints: ['votes.page.ts', 'votes.worker.ts'],
  outdir: 'dist',
  bundle: true,
  splitting: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
})
mkdirSync('dist', { recursive: true })
copyFileSync('index.html', 'dist/index.html')
copyFileSync(fileURLToPath(import.meta.resolve('@darq/core/core.wasm')), 'dist/core.wasm')
