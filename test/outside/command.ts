/**
 * Commands in a folder outside of the repository, as a person gives them in a terminal.
 *
 * @module
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { root } from '../docs/page.ts'

/** Node 24 first; nobody to be asked anything, and nothing to be told to anybody. */
const env = {
  ...process.env,
  PATH: `${join(root, 'node_modules', '.bin')}${delimiter}${process.env.PATH ?? ''}`,
  CI: '1',
  NO_COLOR: '1',
  WRANGLER_SEND_METRICS: 'false',
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  // Of the test runner that this runs in: another one may be started.
  VITEST: undefined,
  NODE_ENV: undefined,
}

export interface Ended {
  readonly stdout: string
  /** Where the shell stands at the end. */
  readonly folder: string
}

/** @throws {Error} with all that it has printed, when it doesn't end with 0 */
export async function command(folder: string, line: string): Promise<Ended> {
  const mark = 'now in: '
  const { stdout } = await promisify(execFile)('sh', ['-c', `${line} && echo "${mark}$PWD"`], {
    cwd: folder,
    env,
  }).catch((error: Error & { stdout?: string; stderr?: string }) => {
    throw new Error(`${line}: ${error.message}\n${error.stdout}\n${error.stderr}`)
  })
  const at = stdout.lastIndexOf(mark)
  return { stdout: stdout.slice(0, at), folder: stdout.slice(at + mark.length).trim() }
}

export interface Server {
  /** @throws {Error} when it has ended before it has printed that, with what it has printed instead */
  printed(words: RegExp): Promise<void>
  /** Ends it, and whatever it has started. */
  stop(): Promise<void>
}

/** Starts a command that runs until it is stopped. */
export function server(folder: string, line: string, more: Readonly<Record<string, string>> = {}): Server {
  // A group of its own, so that its children end with it.
  const child = spawn('sh', ['-c', line], {
    cwd: folder,
    env: { ...env, ...more },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  const ended = Promise.withResolvers<void>()
  const changed = new EventEmitter()
  child.on('exit', () => {
    ended.resolve()
    changed.emit('change')
  })
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data) => {
      text += String(data)
      changed.emit('change')
    })
  return {
    async printed(words) {
      while (!words.test(text)) {
        if (child.exitCode !== null) throw new Error(`${line} has ended:\n${text}`)
        await once(changed, 'change')
      }
    },
    async stop() {
      endGroup(child)
      await ended.promise
    },
  }
}

function endGroup({ pid, exitCode }: ChildProcess): void {
  if (pid === undefined || exitCode !== null) return
  process.kill(-pid, 'SIGTERM')
}
