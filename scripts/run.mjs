#!/usr/bin/env node
/**
 * `node scripts/run.mjs <command> [arguments]`: the one door to every command of this repository. Runs on Node >= 20 with
 * nothing installed: it installs the locked dependencies, builds the Wasm core, and hands over to Node 24 (a dependency).
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { ensureInstalled } from './install.mjs'
import { root } from './root.mjs'
import { ensureWasm } from './wasm.mjs'

const commands = join(root, 'scripts', 'commands')
const [name = '', ...args] = process.argv.slice(2)
const file = join(commands, `${name.replace(':', '-')}.ts`)
if (!/^[a-z:]+$/.test(name) || !existsSync(file)) {
  const known = readdirSync(commands).map((entry) => entry.replace('.ts', '').replace('-', ':'))
  console.error(`unknown command '${name}': expected one of ${known.join(', ')}`)
  process.exit(2)
}

ensureInstalled()
ensureWasm()

const bin = join(root, 'node_modules', '.bin')
const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` }
const ended = spawnSync(join(bin, 'node'), [file, ...args], { cwd: root, env, stdio: 'inherit' })
if (ended.error) console.error(`${name} could not be started: ${ended.error.message}`)
process.exit(ended.status ?? 1)
