/**
 * The flights: reads the file, opens the demo, wires the document to it.
 *
 * @module
 */
import * as v from 'valibot'
import { Demo } from './demo.ts'
import { Flight } from './flights.address.ts'
import { rememberedRun } from './remembered-run.ts'
import { element } from './view/element.ts'
import { HappeningsLog } from './view/happenings-log.ts'
import { PageView } from './view/page-view.ts'

/** Resolves when the job can be started, or goes on. */
export async function openFlights(): Promise<void> {
  const log = new HappeningsLog(element('log', HTMLOListElement))
  const response = await fetch('/data/flights.json')
  if (!response.ok) throw new Error(`the file of flights can't be read: ${response.status}`)
  const flights = v.parse(v.array(Flight), await response.json())

  let view: PageView | undefined
  const demo = new Demo(flights, { changed: () => view?.changed(), happened: (what) => log.add(what) })
  view = new PageView(demo, log)
  Object.defineProperty(window, 'flightsDemo', { get: () => demo.snapshot() })

  await demo.open()
  const pace = rememberedRun('flights-run')
  if (pace === undefined || demo.phase !== 'ready') return
  log.add('The job was under way when this page was left: it goes on.')
  view.choosePace(pace)
  demo.start(pace)
}
