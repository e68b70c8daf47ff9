/**
 * The stream: reads the file, opens the demo, wires the document to it.
 *
 * @module
 */
import * as v from 'valibot'
import { Flight } from '../flights.address.ts'
import { rememberedRun } from '../remembered-run.ts'
import { element } from '../view/element.ts'
import { HappeningsLog } from '../view/happenings-log.ts'
import { LatenessDemo, run_name } from './demo.ts'
import { LatenessView } from './view/lateness-view.ts'

/** Resolves when the stream can be started, or goes on. */
export async function openLateness(): Promise<void> {
  const log = new HappeningsLog(element('log', HTMLOListElement))
  const response = await fetch('/data/flights.json')
  if (!response.ok) throw new Error(`the file of flights can't be read: ${response.status}`)
  const flights = v.parse(v.array(Flight), await response.json())

  let view: LatenessView | undefined
  const demo = new LatenessDemo(flights, { changed: () => view?.changed(), happened: (what) => log.add(what) })
  view = new LatenessView(demo, log)
  Object.defineProperty(window, 'latenessDemo', { get: () => demo.snapshot() })

  await demo.open()
  const pace = rememberedRun(run_name)
  if (pace === undefined || demo.phase !== 'ready') return
  log.add('The stream was under way when this page was left: it goes on.')
  view.choosePace(pace)
  demo.start(pace)
}
