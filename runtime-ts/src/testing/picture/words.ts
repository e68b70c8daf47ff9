/**
 * An event log in words: for labels, and for those who can't see the picture.
 *
 * @module
 */
import type { Histories, HostHistory, Life, VersionHistory } from './histories.ts'

/** What became of each host. */
export function inWords({ hosts, from_ms, to_ms }: Histories): string {
  const all = hosts.map((host) => `${host.name}: ${versionsInWords(host)}${endsInWords(host, from_ms)}.`)
  return `${hosts.length} ${hosts.length === 1 ? 'host' : 'hosts'} over ${Math.round(to_ms - from_ms)} ms. ${all.join(' ')}`
}

function versionsInWords({ versions }: HostHistory): string {
  const counts = new Map<string, number>()
  for (const version of versions) counts.set(fateOf(version), (counts.get(fateOf(version)) ?? 0) + 1)
  const told = [...counts].map(([fate, count]) => `${count} ${fate}`)
  return told.length === 0 ? 'no versions' : `${versions.length === 1 ? 'version' : 'versions'} ${told.join(', ')}`
}

function endsInWords({ lives }: HostHistory, from_ms: number): string {
  return lives
    .map(({ end }) => (end === undefined ? '' : `; ${endOf(end)} at ${Math.round(end.at_ms - from_ms)} ms`))
    .join('')
}

export function fateOf({ over, committed_ms, durable_ms }: VersionHistory): string {
  if (over !== undefined) return over.how
  return committed_ms !== undefined ? 'committed' : durable_ms !== undefined ? 'durable' : 'accepted'
}

export function endOf(end: Life['end'] & object): string {
  if (end.how !== 'withdrawn') return end.how
  return `goes back to ${placeOf(end.to)}, because of what ${end.because} has lost`
}

export function placeOf(version: number): string {
  return version === 0 ? 'the start' : `v${version}`
}
