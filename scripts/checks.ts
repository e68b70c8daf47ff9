/**
 * What needs no browser: types, lint and format, and the unit tests with the layer rule among them.
 *
 * @module
 */
import { runStage, runVitest, type StageResult } from './stage.ts'

/** Test files that start a browser or workerd; `npm test` runs them all. */
const slow = ['**/*.browser.test.ts', '**/*.workerd.test.ts']

export async function runStatic(): Promise<StageResult[]> {
  return [await runStage('types', 'tsc', ['--noEmit']), await runStage('lint and format', 'biome', ['check', '.'])]
}

export function runUnitTests(): Promise<StageResult> {
  return runVitest('unit tests', ['--project', 'node', ...slow.flatMap((pattern) => ['--exclude', pattern])])
}
