/**
 * Runs a program to its end.
 *
 * @module
 */
import { spawn } from 'node:child_process'

export interface RunOptions {
  readonly cwd?: string
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>
}

/**
 * @returns what it wrote to its standard output
 * @throws {Error} with all that it wrote, when it does not end with 0
 */
export async function runProgram(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [output, all] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
    all += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    all += text
  })
  const { promise, resolve, reject } = Promise.withResolvers<number | null>()
  child.on('error', reject).on('close', resolve)
  const status = await promise
  if (status !== 0) throw new Error(`${[command, ...args].join(' ')} ended with ${status}:\n${all.trim()}`)
  return output
}
