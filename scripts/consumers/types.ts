/**
 * Our types under others' compilers and libraries: nothing of our packages may be in what they complain about.
 *
 * @module
 */
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from '../release/packages.ts'
import { runProgram } from '../release/program.ts'
import type { Registry } from '../release/registry.ts'
import { installedTools } from '../release/tools.ts'

const compilers = ['typescript-5.9', 'typescript-7']

/** Which libraries, and which of the sources of `test/consumers/types` are compiled with them. */
const libraries: Readonly<
  Record<string, { readonly lib: string[]; readonly types: string[]; readonly files: string[] }>
> = {
  'es2022 + dom': { lib: ['es2022', 'dom'], types: [], files: ['everywhere.ts', 'page.ts', 'edge.ts'] },
  'es2024 + dom': { lib: ['es2024', 'dom'], types: [], files: ['everywhere.ts', 'page.ts', 'edge.ts'] },
  // No DOM, so no page: `@darq/runtime/browser` is about its `Worker`.
  'workers-types alone': {
    lib: ['es2022'],
    types: ['@cloudflare/workers-types'],
    files: ['everywhere.ts', 'edge.ts'],
  },
}

/** @throws {Error} with the compilers' words */
export async function checkTypes(registry: Registry): Promise<void> {
  const tools = await installedTools('check')
  const folder = await mkdtemp(join(tmpdir(), 'darq-types-'))
  try {
    await cp(join(root, 'test/consumers/types'), folder, { recursive: true })
    await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }')
    await writeFile(join(folder, '.npmrc'), registry.npmrc)
    const packages = [
      '@darq/core',
      '@darq/runtime',
      '@darq/edge',
      'hono@4.13.19',
      '@cloudflare/workers-types@5.20261117.1',
    ]
    await runProgram('npm', ['install', ...packages, '--prefer-online', '--no-audit', '--no-fund'], { cwd: folder })
    for (const [name, { files, ...options }] of Object.entries(libraries))
      for (const compiler of compilers) {
        const project = join(folder, 'tsconfig.json')
        await writeFile(project, JSON.stringify({ compilerOptions: { ...compilerOptions, ...options }, files }))
        await runProgram(process.execPath, [join(tools, compiler, 'bin/tsc'), '-p', project])
        console.log(`${compiler}, ${name}: 0 errors`)
      }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const compilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: false,
  noEmit: true,
  module: 'esnext',
  moduleResolution: 'bundler',
  target: 'es2022',
}
