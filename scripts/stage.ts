/**
 * One stage of `npm run check` or `npm test`: a program that passes or fails.
 *
 * @module
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface StageResult {
  readonly name: string
  readonly passed: number
  readonly failed: number
  readonly seconds: number
}

/** Runs a program of node_modules/.bin, its output shown. It counts as one check, passed if it ends with 0. */
export async function runStage(name: string, command: string, args: readonly string[]): Promise<StageResult> {
  const started_ms = performance.now()
  console.log(`\n── ${name}: ${[command, ...args].join(' ')}`)
  const child = spawn(command, args, { stdio: 'inherit' })
  const ended: unknown[] = await once(child, 'exit')
  const ok = ended[0] === 0
  return { name, passed: ok ? 1 : 0, failed: ok ? 0 : 1, seconds: (performance.now() - started_ms) / 1000 }
}

/** Runs vitest and counts its tests. A run that fails without a failed test (a crash, nothing to run) counts as one failure. */
export async function runVitest(name: string, args: readonly string[]): Promise<StageResult> {
  const report = join(tmpdir(), `darq-vitest-${process.pid}-${name.replaceAll(' ', '-')}.json`)
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const stage = await runStage(name, 'vitest', ['run', ...reporters, ...args])
  if (!existsSync(report)) return { ...stage, passed: 0, failed: 1 }
  const { numPassedTests: passed, numFailedTests: failed }: VitestReport = JSON.parse(readFileSync(report, 'utf8'))
  rmSync(report)
  return { ...stage, passed, failed: stage.failed === 0 ? failed : Math.max(1, failed) }
}

interface VitestReport {
  readonly numPassedTests: number
  readonly numFailedTests: number
}

/** Prints one line for each stage and the sum in the last line, and sets the exit code. */
export function conclude(stages: readonly StageResult[]): void {
  console.log()
  for (const { name, passed, failed, seconds } of stages)
    console.log(`${failed === 0 ? '✓' : '✗'} ${name}: ${passed} passed, ${failed} failed (${seconds.toFixed(1)} s)`)
  const passed = stages.reduce((sum, stage) => sum + stage.passed, 0)
  const failed = stages.reduce((sum, stage) => sum + stage.failed, 0)
  console.log(`\n${passed} passed, ${failed} failed`)
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1
}
