/**
 * One check of the stream: the flights from the first to the last, with every planned fault, and both sides held against a
 * plain loop over the file.
 *
 * @module
 */
import { readFile } from 'node:fs/promises'
import { Random } from '../../random.ts'
import { requestFates } from '../../request-fate.ts'
import { serve } from '../../serve.ts'
import type { FlightRecord } from '../../src/delays.ts'
import { inOrderOfArrival } from '../../src/lateness/arrivals.ts'
import { type Expected, expectedOf, receivedOf } from '../../src/lateness/expected.ts'
import type { LatenessDemoFacts } from '../../src/lateness/snapshot.ts'
import { BrowserTab } from '../browser-tab.ts'
import { edgeAnswers } from '../edge-answers.ts'
import { FaultMaker } from '../fault-maker.ts'
import { type FaultSide, planFaults } from '../fault-plan.ts'
import type { CheckOptions } from '../run.ts'

export interface StreamCheckResult {
  /** Why the check failed; none when it passed. */
  readonly failures: readonly string[]
  readonly flights: number
  readonly windows: number
  readonly too_late: number
  readonly kills: Readonly<Record<FaultSide, number>>
  readonly requests: { readonly all: number; readonly dropped: number; readonly duplicated: number }
  readonly seconds: number
}

const poll_ms = 15
const patience_ms = 40_000

/** @throws {Error} when the check could not be carried out at all, or does not come to an end */
export async function runStreamCheck(options: CheckOptions): Promise<StreamCheckResult> {
  const flights: readonly FlightRecord[] = JSON.parse(await readFile(options.data, 'utf8'))
  const expected = expectedOf(inOrderOfArrival(flights))
  const random = new Random(options.seed)
  const plan = planFaults(random, { flights: flights.length, kills: options.kills })
  const failures: string[] = []
  await using served = await serve({ ...options, port: 0, fate: requestFates(random) })
  await using tab = await BrowserTab.open({
    url: new URL('#stream', served.url),
    executable: options.chromium,
    onComplaint: (text) => failures.push(`the page complained: ${text}`),
  })
  const maker = new FaultMaker(tab, served.edge, () => edgeAnswers(served.edge.url))
  await seen(tab, 'the page is ready', ({ phase, edge }) => phase === 'ready' && edge.reachable)
  await tab.page.getByLabel('Pace').selectOption('1000')
  await tab.page.getByRole('button', { name: 'Start', exact: true }).click()
  const started_ms = performance.now()
  for (const fault of plan) {
    const { taken } = await seen(tab, `flight ${fault.at_flights} is taken`, (demo) => demo.taken >= fault.at_flights)
    options.log(`flight ${String(taken).padStart(6)}: ${fault.kind}`)
    await maker.make(fault)
  }
  await seen(tab, 'all is done', ({ phase, results }) => phase === 'done' && results >= expected.closed.length)
  const seconds = (performance.now() - started_ms) / 1000
  await served.proxy.settled()

  // What counts is what is still there after both sides have been lost once more.
  options.log('comparing, after one more restart of both sides')
  const kills = { ...maker.happened }
  await maker.make({ kind: 'edge_kill', lasts_ms: 0 })
  await tab.reopen()
  const end = await seen(
    tab,
    'all is there again',
    ({ taken, windowsAre, resultsAre }) => taken >= flights.length && windowsAre === 'saved' && resultsAre === 'saved',
  )
  const { requests: all, dropped, duplicated } = served.proxy.counts
  return {
    failures: [...failures, ...failuresIn(end, expected, flights.length)],
    flights: flights.length,
    windows: end.closed,
    too_late: end.dropped,
    kills,
    requests: { all, dropped, duplicated },
    seconds,
  }
}

type Came = Pick<LatenessDemoFacts, 'taken' | 'closed' | 'open' | 'dropped' | 'received'>

/** @returns what is wrong with what both sides have come to */
export function failuresIn(came: Came, expected: Expected, flights: number): string[] {
  const failures: string[] = []
  const counts = [
    ['flights', came.taken, flights],
    ['closed windows', came.closed, expected.closed.length],
    ['open windows', came.open, expected.open.length],
    ['flights too late', came.dropped, expected.dropped],
  ] as const
  for (const [what, got, due] of counts) if (got !== due) failures.push(`tab: expected ${due} ${what}, got ${got}`)
  for (const [airport, { windows, sum }] of Object.entries(receivedOf(expected.closed))) {
    const got = came.received[airport]
    if (got?.windows !== windows || got.sum !== sum)
      failures.push(`edge, ${airport}: expected ${windows} results, sum ${sum}; got ${got?.windows}, sum ${got?.sum}`)
  }
  return failures
}

/** @throws {Error} that says what was waited for in vain */
async function seen(
  tab: BrowserTab,
  what: string,
  holds: (demo: LatenessDemoFacts) => boolean,
): Promise<LatenessDemoFacts> {
  const end_ms = performance.now() + patience_ms
  for (;;) {
    const demo = await tab.page.evaluate(() => window.latenessDemo).catch(() => undefined)
    if (demo !== undefined && holds(demo)) return demo
    if (performance.now() > end_ms)
      throw new Error(`waited in vain until ${what}: ${demo?.phase}, ${demo?.taken} taken, ${demo?.results} results`)
    await new Promise((resolve) => setTimeout(resolve, poll_ms))
  }
}
