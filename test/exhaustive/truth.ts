/**
 * What really depends on what, by what the messages themselves say, and what really is on the disks. Nothing here asks the
 * engine what depends on what.
 *
 * @module
 */
import type { MadeBy } from './application.ts'
import type { Observed } from './observed.ts'
import { Violation } from './violation.ts'

/** All hosts, as they are observed at one moment. */
export type Hosts = readonly Observed[]

function hostNamed(hosts: Hosts, name: string): Observed {
  for (const host of hosts) if (host.name === name) return host
  throw new Error(`there is no host ${name}`)
}

const isDurable = ({ durable }: Observed, life: number, version: number) => durable[version] === life

/** Is that state still there, or may it come back? */
function survives(host: Observed, life: number, version: number): boolean {
  const madeBy = host.durable[version]
  if (madeBy !== undefined) return madeBy === life
  if (host.life !== life || version <= host.start) return false
  return version <= (host.left ?? host.open)
}

type Test = (host: Observed, life: number, version: number) => boolean

/** The first state, of those that the host's versions up to `version` came from, for which `holds` is not true. */
function missing(
  hosts: Hosts,
  host: Observed,
  version: number,
  holds: Test,
  seen = new Map<Observed, number>(),
): MadeBy | undefined {
  if ((seen.get(host) ?? 0) >= version) return undefined
  seen.set(host, version)
  for (const taken of host.taken) {
    if (taken.version > version) continue
    const { from } = taken
    const other = hostNamed(hosts, from.host)
    if (!holds(other, from.life, from.version)) return from
    const deeper = missing(hosts, other, from.version, holds, seen)
    if (deeper) return deeper
  }
  return undefined
}

const inWords = ({ host, life, version }: MadeBy) => `version ${version} of life ${life} of ${host}`

/** In every state: what was promised is there, and so is all that it came from (G4, G5). */
export function checkPromises(hosts: Hosts): void {
  for (const host of hosts) {
    const { name, promised, taken } = host
    if (promised === 0 || taken.length === 0) continue
    const from = missing(hosts, host, promised, isDurable)
    if (from)
      throw new Violation(
        `${name} has told version ${promised} committed, which comes from ${inWords(from)}, which is not durable`,
      )
  }
}

/**
 * In every state: what a version came from and is not durable, its host must know to be such, however many hosts it came
 * through. Otherwise it would stay when that is lost.
 */
export function checkVectors(hosts: Hosts): void {
  for (const { name, runs, taken } of hosts) {
    if (!runs) continue
    for (const { version, from, known } of taken)
      for (const state of unsettled(hosts, from)) {
        const other = hostNamed(hosts, state.host)
        if (state.host === name || other.life !== state.life) continue
        const isKnown = known.some(
          (one) => one.host === state.host && one.epoch === other.epoch && one.version >= state.version,
        )
        if (!isKnown)
          throw new Violation(
            `${name} does not know that its version ${version} comes from version ${state.version} of ${state.host}`,
          )
      }
  }
}

const nothing: readonly MadeBy[] = []

/** Of a state and all that it came from, what is not durable and may still become so. */
function unsettled(hosts: Hosts, from: MadeBy): readonly MadeBy[] {
  const host = hostNamed(hosts, from.host)
  if (!survives(host, from.life, from.version)) return nothing
  // The shortest way, most often taken.
  if (host.taken.length === 0) return isDurable(host, from.life, from.version) ? nothing : [from]
  const found: MadeBy[] = []
  look(hosts, from, found, new Map())
  return found
}

function look(hosts: Hosts, from: MadeBy, found: MadeBy[], seen: Map<Observed, number>): void {
  const host = hostNamed(hosts, from.host)
  if (!survives(host, from.life, from.version)) return
  if (!isDurable(host, from.life, from.version)) found.push(from)
  if ((seen.get(host) ?? 0) >= from.version) return
  seen.set(host, from.version)
  for (const taken of host.taken) if (taken.version <= from.version) look(hosts, taken.from, found, seen)
}

/** In every state: what a sender has dropped, its receiver must not expect again. */
export function checkDropped(hosts: Hosts): void {
  for (const { dropped } of hosts)
    for (const { channel, to, first } of dropped) {
      const receiver = hostNamed(hosts, to)
      const expected = receiver.expected[channel] ?? 1
      if (receiver.runs && expected < first)
        throw new Violation(`${channel}: ${first - 1} messages were dropped, and the receiver expects ${expected}`)
    }
}

/** A host has just gone back: the first version that it drops must come from something lost. */
export function checkGoneBack(hosts: Hosts, { name, left, taken }: Observed): void {
  const to = left ?? 0
  const isLost = taken.some(({ version, from }) => {
    if (version !== to + 1) return false
    const other = hostNamed(hosts, from.host)
    return !survives(other, from.life, from.version) || missing(hosts, other, from.version, survives) !== undefined
  })
  if (!isLost)
    throw new Violation(`${name} goes back to version ${to}, but version ${to + 1} came from nothing that is lost`)
}

/** A message leaves that comes from that state: at most K hosts may be able to take it back. */
export function checkRevocable(hosts: Hosts, state: MadeBy, k: number): void {
  const revoking = new Set<string>()
  const note: Test = (host, life, version) => {
    if (!isDurable(host, life, version)) revoking.add(host.name)
    return true
  }
  const host = hostNamed(hosts, state.host)
  note(host, state.life, state.version)
  missing(hosts, host, state.version, note)
  if (revoking.size > k)
    throw new Violation(
      `a message of ${inWords(state)} leaves, and ${[...revoking].join()} could take it back: K is ${k}`,
    )
}
