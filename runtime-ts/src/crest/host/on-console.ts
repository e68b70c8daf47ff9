/**
 * Where a failure goes that nobody waits for, and which no `onError` takes.
 *
 * @module
 */
import type { DarqError } from '../../error.ts'

/** What was said of the core: true of all hosts of a thread, so it is said once. */
const said = new Set<string>()

/** Tells the console, but for what a participant refuses on purpose and what is taken back in the course of things. */
export function tellConsole(error: DarqError, where: string): void {
  if (error.code.startsWith('app:') || error.code === 'withdrawn' || said.has(error.message)) return
  if (where === 'core') {
    said.add(error.message)
    console.warn(error.message)
  } else console.error(`darq, ${where}:`, error)
}
