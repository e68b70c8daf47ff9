import { copyFileSync, mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { nodeResolve } from '@rollup/plugin-node-resolve'
import esbuild from 'rollup-plugin-esbuild'

mkdirSync('dist', { recursive: true })
copyFileSync('index.html', 'dist/index.html')
copyFileSync(fileURLToPath(import.meta.resolve('@darq/core/core.wasm')), 'dist/core.wasm')

export default {
  input: ['votes.page.ts', 'votes.worker.ts'],
  output: { dir: 'dist' },
  plugins: [nodeResolve({ browser: true }), esbuild({ target: 'es2022', minify: true })],
}
