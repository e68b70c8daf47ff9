/**
 * A folder outside of the repository in which a stranger has the tutorial's app: tools by their lock, our packages from a registry.
 *
 * @module
 */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { root } from '../release/packages.ts'
import { runProgram } from '../release/program.ts'
import type { Registry } from '../release/registry.ts'
import { npmCi } from '../release/tools.ts'
import type { Bundler } from './bundlers.ts'

export interface Consumer extends AsyncDisposable {
  readonly folder: string
}

const ours = ['@darq/core', '@darq/runtime', '@darq/edge']
/** What a tool's fixture has instead. */
const notCopied = /^(package|tsconfig|vite\.config)|\.(chronicle|pending|try)\.ts$/

/** Installs; does not build. Disposing of it removes the folder. */
export async function installConsumer(
  { name, changes }: Pick<Bundler, 'name' | 'changes'>,
  registry: Registry,
): Promise<Consumer> {
  const folder = await mkdtemp(join(tmpdir(), `darq-with-${name}-`))
  const dispose = () => rm(folder, { recursive: true, force: true, maxRetries: 5 })
  try {
    await cp(join(root, 'docs/examples/votes'), folder, {
      recursive: true,
      filter: (path) => !notCopied.test(basename(path)) && !/node_modules|dist|\.wrangler/.test(basename(path)),
    })
    await cp(join(root, 'test/consumers/tools', name), folder, {
      recursive: true,
      filter: (path) => basename(path) !== 'node_modules',
    })
    for (const [file, from, to] of changes) await change(join(folder, file), from, to)
    await writeFile(join(folder, '.npmrc'), registry.npmrc)
    await runProgram('npm', [...npmCi], { cwd: folder })
    await runProgram('npm', ['install', ...ours, '--prefer-online', '--ignore-scripts', '--no-audit', '--no-fund'], {
      cwd: folder,
    })
  } catch (error) {
    await dispose()
    throw error
  }
  return { folder, [Symbol.asyncDispose]: dispose }
}

/** Builds it into `dist`. */
export async function buildConsumer({ folder }: Consumer): Promise<string> {
  await runProgram('npm', ['run', 'build'], { cwd: folder, env: { NEXT_TELEMETRY_DISABLED: '1', CI: '1' } })
  return join(folder, 'dist')
}

async function change(file: string, from: string, to: string): Promise<void> {
  const text = await readFile(file, 'utf8')
  if (!text.includes(from)) throw new Error(`${file}: expected to find ${from}`)
  await writeFile(file, text.replace(from, to))
}
