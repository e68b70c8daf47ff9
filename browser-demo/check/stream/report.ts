/**
 * What a check of the stream has found, for people and for programs.
 *
 * @module
 */
import type { StreamCheckResult } from './run.ts'

/** What `--json` writes. */
export function streamJson({ failures, ...result }: StreamCheckResult): string {
  return `${JSON.stringify({ ok: failures.length === 0, ...result }, null, 2)}\n`
}

export function streamTable({ flights, windows, too_late, kills, requests, seconds }: StreamCheckResult): string {
  const rows: [string, string][] = [
    ['flights', flights.toLocaleString('en-US')],
    ['windows closed', String(windows)],
    ['flights too late', String(too_late)],
    ['crashes of the tab (renderer or worker)', String(kills.tab)],
    ['crashes of the edge (SIGKILL of workerd)', String(kills.edge)],
    ['network cuts', String(kills.network)],
    ['requests dropped', `${requests.dropped} of ${requests.all}`],
    ['requests duplicated', `${requests.duplicated} of ${requests.all}`],
    ['seconds, crashes and all', seconds.toFixed(1)],
  ]
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n')
}
