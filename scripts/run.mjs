#!/usr/bin/env node
/**
 * `node scripts/run.mjs <command> [arguments]`: the one door to every command of this repository. Runs on Node >= 20 with
 * nothing installed: it installs the locked dependencies, builds the Wasm core, and hands over to Node 24: this one, if it is new enough.
 */
import { spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { ensureInstalled } from './install.mjs'
import { ensureNode } from './node.mjs'
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

const node = ensureNode()
ensureInstalled()
ensureWasm()

const bin = join(root, 'node_modules', '.bin')
// What a command starts as `node`, itself or by a file's first line, is the same Node.
const env = { ...process.env, PATH: [bin, dirname(node), process.env.PATH ?? ''].join(delimiter) }
const child = spawn(node, [file, ...args], { cwd: root, env, stdio: 'inherit' })
// Whoever stops this process means the command: it must not live on alone.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
child.on('error', (error) => {
  console.error(`${name} could not be started: ${error.message}`)
  process.exitCode = 1
})
child.on('exit', (status) => {
  process.exitCode = status ?? 1
})
