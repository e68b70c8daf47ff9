/**
 * What others' tools say about the packages: publint about how they are packed, attw about how their types resolve.
 *
 * @module
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { BuiltPackage } from './build-packages.ts'
import { runProgram } from './program.ts'
import { installedTools } from './tools.ts'

/**
 * @param into where the packed files go; made if missing
 * @returns the packed files
 */
export async function packPackages(packages: readonly BuiltPackage[], into: string): Promise<string[]> {
  await mkdir(into, { recursive: true })
  const packed: string[] = []
  for (const { folder } of packages) {
    const name = await runProgram('npm', ['pack', folder, '--silent', '--pack-destination', into], { cwd: into })
    packed.push(join(into, name.trim()))
  }
  return packed
}

/** @throws {Error} with the tool's own words when one has something to say, warnings included */
export async function checkPackages(packages: readonly BuiltPackage[], packed: readonly string[]): Promise<void> {
  const modules = await installedTools('check')
  const node = (file: string, args: readonly string[]) => runProgram(process.execPath, [join(modules, file), ...args])
  for (const { folder } of packages) await node('publint/src/cli.js', ['run', folder, '--strict', '--pack', 'npm'])
  // Nobody can `require` them, and nobody is told so. core.wasm has no types.
  const settings = ['--profile', 'esm-only', '--exclude-entrypoints', './core.wasm', './package.json']
  for (const file of packed.filter(hasTypes)) await node('@arethetypeswrong/cli/dist/index.js', [file, ...settings])
}

/** What is only run has none. */
function hasTypes(file: string): boolean {
  return !file.includes('create-darq')
}
