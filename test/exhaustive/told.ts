/**
 * What a host has told, after each event: what it says is committed stays, also when it goes back. Of what that came from,
 * `truth.ts` knows.
 *
 * @module
 */
import type { Disk } from './disk.ts'
import type { Life } from './life.ts'
import { Violation } from './violation.ts'

/** What was told to be committed. */
export interface Promised {
  readonly version: number
  readonly life: number
  readonly bytes: string
}

/** A host's place, as far as what it has told goes. */
interface TellingPlace {
  readonly name: string
  readonly disk: Disk
  readonly life: Life | undefined
  /** The present life, and those that were replaced. */
  readonly rows: readonly (Life | undefined)[]
  /** The last life has gone back: up to here it leaves what it has made. */
  left: number | undefined
  promised: Promised | undefined
}

/**
 * Notes what is newly told to be committed, and where to a life goes back that has just stopped.
 *
 * @throws {Violation}
 */
export function checkTold(place: TellingPlace): void {
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
function promise(place: TellingPlace, version: number): void {
  const durable = place.disk.durable.get(version)
  if (!durable) throw new Violation(`${place.name} tells version ${version} committed, which is not on its disk`)
  if ((place.promised?.version ?? 0) < version) place.promised = { version, ...durable }
}

/** The life goes back: nothing that was promised may go. */
function goneBack(place: TellingPlace, why: string): void {
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
