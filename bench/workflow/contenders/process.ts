/**
 * A contender's process: started, heard until it is ready, and stopped.
 *
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/** Of its output, so that a failure can be explained. */
const lines_max = 40
const ready_ms_max = 60_000
const stop_ms_max = 20_000

export interface Command {
  readonly command: readonly string[]
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  /** Whose process it becomes. Default: ours. */
  readonly user?: { readonly uid: number; readonly gid: number }
}

export interface Process {
  readonly pid: number
  /** Its output so far, the newest lines. */
  readonly said: () => string
  /** @returns the first match of `pattern` in a line of its output, before or after now */
  ready(pattern: RegExp): Promise<RegExpExecArray>
  /** @returns what `work` comes to; rejects when the process ends before that */
  whileAlive<T>(work: Promise<T>): Promise<T>
  /** Asks it to end, and kills it if it does not. Resolves when it is gone. */
  stop(signal?: NodeJS.Signals): Promise<void>
}

export function start({ command, cwd, env, user }: Command): Process {
  const [program = '', ...args] = command
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, ...env },
    ...user,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const lines: string[] = []
  const heard = new Set<(line: string) => void>()
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line)
      if (lines.length > lines_max) lines.shift()
      for (const hear of heard) hear(line)
    })
  const said = () => lines.join('\n')
  const whileAlive = async <T>(work: Promise<T>): Promise<T> => {
    const gone = ended.then((why) => {
      throw new Error(`${program}: ${why}\n${said()}`)
    })
    gone.catch(() => undefined)
    return await Promise.race([work, gone])
  }
  const ended = endOf(child)
  const end = () => child.kill('SIGKILL')
  process.once('exit', end) // nothing is left running, however this process ends
  return {
    pid: child.pid ?? 0,
    said,
    async ready(pattern) {
      const found = Promise.withResolvers<RegExpExecArray>()
      const hear = (line: string) => {
        const match = pattern.exec(line)
        if (match !== null) found.resolve(match)
      }
      for (const line of lines) hear(line)
      heard.add(hear)
      const late = setTimeout(() => found.reject(new Error(`${program}: not ready\n${said()}`)), ready_ms_max)
      try {
        return await whileAlive(found.promise)
      } finally {
        clearTimeout(late)
        heard.delete(hear)
      }
    },
    whileAlive,
    async stop(signal = 'SIGTERM') {
      process.off('exit', end)
      child.kill(signal)
      const late = setTimeout(() => child.kill('SIGKILL'), stop_ms_max)
      await ended
      clearTimeout(late)
    },
  }
}

/** @returns why it has ended */
async function endOf(child: ChildProcess): Promise<string> {
  try {
    const [status, signal]: unknown[] = await once(child, 'exit')
    return `ended with ${signal ?? `status ${status}`}`
  } catch (error) {
    return `could not be started: ${error instanceof Error ? error.message : String(error)}`
  }
}
