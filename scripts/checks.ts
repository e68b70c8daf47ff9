/**
 * What needs neither browser nor workerd: types, lint and format, and the unit tests with the layer rule among them.
 *
 * @module
 */
import { globSync, readFileSync } from 'node:fs'
import { runStage, runVitest, type StageResult } from './stage.ts'

/** Tests that start a browser or workerd say so by their name, or by the fixture that they import. */
const slowName = /\.(browser|chromium|workerd)\.test\.ts$/
const slowImport = /from '\.\/fixture\/edge\.ts'/

export async function runStatic(): Promise<StageResult[]> {
  return [await runStage('types', 'tsc', ['--noEmit']), await runStage('lint and format', 'biome', ['check', '.'])]
}

export function runUnitTests(): Promise<StageResult> {
  const files = globSync('{test,*/test}/**/*.test.ts', { exclude: ['**/node_modules/**'] })
  const quick = files.filter((file) => !slowName.test(file) && !slowImport.test(readFileSync(file, 'utf8')))
  return runVitest('unit tests', ['--project', 'node', ...quick])
}
