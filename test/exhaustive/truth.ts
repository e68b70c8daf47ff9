/**
 * What really depends on what, by what the messages themselves say, and what really is on the disks. Nothing here asks the
 * engine what depends on what.
 *
 * @module
 */
import type { Version } from '../../runtime-ts/src/engine/types.ts'
import type { MadeBy } from './application.ts'
import type { Place } from './place.ts'
import { Violation } from './violation.ts'

type Places = ReadonlyMap<string, Place>

/** The first state, of those that the host's versions up to `version` came from, for which `holds` is not true. */
export function missing(
  places: Places,
  host: string,
  version: number,
  holds: (place: Place, life: number, version: number) => boolean,
  seen = new Map<string, number>(),
): string | undefined {
  if ((seen.get(host) ?? 0) >= version) return undefined
  seen.set(host, version)
  for (const taken of places.get(host)?.taken ?? []) {
    if (taken.version > version) continue
    const { from } = taken
    const place = places.get(from.host)
    if (!place || !holds(place, from.life, from.version))
      return `version ${from.version} of life ${from.life} of ${from.host}`
    const deeper = missing(places, from.host, from.version, holds, seen)
    if (deeper) return deeper
  }
  return undefined
}

/** The hosts whose crash could still take that state back. */
export function revokers(places: Places, { host, life, version }: MadeBy): ReadonlySet<string> {
  const revoking = new Set<string>()
  const look = (from: MadeBy): boolean => {
    const place = places.get(from.host)
    if (!place || !isDurable(place, from.life, from.version)) revoking.add(from.host)
    return true
  }
  look({ host, life, version })
  missing(places, host, version, (place, life, version) => look({ host: place.name, life, version }))
  return revoking
}

/**
 * In every state: what a version came from and is not durable, its host must know to be such, however many hosts it came
 * through. Otherwise it would stay when that is lost.
 */
export function checkVectors(places: Places): void {
  for (const place of places.values()) {
    const { engine } = place.life ?? {}
    if (!engine || !place.runs) continue
    for (const { version, from } of place.taken) {
      const unstable = engine.speculation.unstable(version as Version)
      for (const state of unsettled(places, from)) {
        const other = places.get(state.host)?.life
        if (state.host === place.name || other?.life !== state.life) continue
        const { id, epoch } = other.engine ?? {}
        const isKnown = unstable.some(
          (known) => known.host === id && known.epoch === epoch && known.version >= state.version,
        )
        if (!isKnown)
          throw new Violation(
            `${place.name} does not know that its version ${version} comes from version ${state.version} of ${state.host}`,
          )
      }
    }
  }
}

/** Of a state and all that it came from, what is not durable and may still become so. */
function unsettled(
  places: Places,
  from: MadeBy,
  found: MadeBy[] = [],
  seen = new Map<string, number>(),
): readonly MadeBy[] {
  const place = places.get(from.host)
  if (!place?.survives(from.life, from.version)) return found
  if (!isDurable(place, from.life, from.version)) found.push(from)
  if ((seen.get(from.host) ?? 0) >= from.version) return found
  seen.set(from.host, from.version)
  for (const taken of place.taken) if (taken.version <= from.version) unsettled(places, taken.from, found, seen)
  return found
}

const isDurable = (place: Place, life: number, version: number) => place.disk.durable.get(version)?.life === life
const survives = (place: Place, life: number, version: number) => place.survives(life, version)

/** After every choice: what is newly told to be committed, and who goes back. */
export function checkMoved(place: Place, places: Places): void {
  for (const life of place.life ? [place.life, ...place.zombies] : place.zombies) {
    const { engine } = life
    if (!engine || engine.committedVersion <= life.told) continue
    life.told = engine.committedVersion
    promise(place, places, engine.committedVersion)
  }
  const { engine } = place.life ?? {}
  if (engine && !engine.running && place.left === undefined) goneBack(place, places, stopReasonOf(engine))
}

/** That version is told to be committed: it must be durable, and all that it came from (G5). */
function promise(place: Place, places: Places, version: number): void {
  const durable = place.disk.durable.get(version)
  if (!durable) throw new Violation(`${place.name} tells version ${version} committed, which is not on its disk`)
  if ((place.promised?.version ?? 0) < version) place.promised = { version, ...durable }
  const from = missing(places, place.name, version, isDurable)
  if (from)
    throw new Violation(
      `${place.name} tells version ${version} committed, which comes from ${from}, which is not durable`,
    )
}

/** A host goes back: the first version that it drops must come from something lost, and nothing that was promised may go. */
function goneBack(place: Place, places: Places, why: string): void {
  const to = Number(/goes back to version (\d+)/.exec(why)?.[1] ?? Number.NaN)
  if (Number.isNaN(to)) return
  const { name, promised } = place
  if (promised && to < promised.version)
    throw new Violation(`${name} goes back to version ${to}, and has told version ${promised.version} committed`)
  const isLost = place.taken.some(({ version, from: { host, life, version: theirs } }) => {
    if (version !== to + 1) return false
    const other = places.get(host)
    return !other?.survives(life, theirs) || missing(places, host, theirs, survives) !== undefined
  })
  if (!isLost)
    throw new Violation(`${name} goes back to version ${to}, but version ${to + 1} came from nothing that is lost`)
  place.left = to
}

const stopReasonOf = (engine: object): string => {
  const reason: unknown = Reflect.get(engine, '$stopReason')
  return reason instanceof Error ? reason.message : ''
}

/** In every state: what was promised is there, and so is all that it came from (G4, G5). */
export function checkPromises(places: Places): void {
  for (const { name, promised, disk } of places.values()) {
    if (!promised) continue
    const durable = disk.durable.get(promised.version)
    if (durable?.life !== promised.life || durable.bytes !== promised.bytes)
      throw new Violation(`${name} has told version ${promised.version} committed, and it is undone`)
    const from = missing(places, name, promised.version, isDurable)
    if (from)
      throw new Violation(
        `${name} has told version ${promised.version} committed, which comes from ${from}, which is undone`,
      )
  }
}
