/**
 * What a host has told, after each event: what it says is committed stays, also when it goes back. Of what that came from,
 * `truth.ts` knows.
 *
 * @module
 */
import type { Place } from './place.ts'
import { Violation } from './violation.ts'

/**
 * Notes what is newly told to be committed, and where to a life goes back that has just stopped.
 *
 * @throws {Violation}
 */
export function checkTold(place: Place): void {
  for (const life of place.rows) {
    const { engine } = life ?? {}
    if (!life || !engine || engine.committedVersion <= life.told) continue
    life.told = engine.committedVersion
    promise(place, engine.committedVersion)
  }
  const { engine } = place.life ?? {}
  if (engine && !engine.running && place.left === undefined) goneBack(place, stopReasonOf(engine))
  const { name, promised, disk } = place
  if (!promised) return
  const durable = disk.durable.get(promised.version)
  if (durable?.life !== promised.life || durable.bytes !== promised.bytes)
    throw new Violation(`${name} has told version ${promised.version} committed, and it is undone`)
}

/** That version is told to be committed: it must be durable. */
function promise(place: Place, version: number): void {
  const durable = place.disk.durable.get(version)
  if (!durable) throw new Violation(`${place.name} tells version ${version} committed, which is not on its disk`)
  if ((place.promised?.version ?? 0) < version) place.promised = { version, ...durable }
}

/** The life goes back: nothing that was promised may go. */
function goneBack(place: Place, why: string): void {
  const to = Number(/goes back to version (\d+)/.exec(why)?.[1] ?? Number.NaN)
  if (Number.isNaN(to)) return
  const { name, promised } = place
  if (promised && to < promised.version)
    throw new Violation(`${name} goes back to version ${to}, and has told version ${promised.version} committed`)
  place.left = to
}

const stopReasonOf = (engine: object): string => {
  const reason: unknown = Reflect.get(engine, '$stopReason')
  return reason instanceof Error ? reason.message : ''
}
