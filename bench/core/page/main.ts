/**
 * The page that `npm run bench -- core` drives: it waits to be told what to run.
 *
 * @module
 */
import type { Row } from '../../row.ts'
import type { Plan } from '../plan.ts'
import { runInThisBrowser } from '../runtimes/in-browser.ts'

declare global {
  /** Runs a plan; progress goes to the console. */
  var runCoreBenchmark: (runtime: string, plan: Plan) => Promise<Row[]>
}

globalThis.runCoreBenchmark = (runtime, plan) => runInThisBrowser(runtime, plan, (line) => console.info(line))
