/**
 * What a check has found, for people and for programs.
 *
 * @module
 */
import type { CheckResult } from './run.ts'
import { percentile } from './tally.ts'

/** What `--json` writes. */
export function toJson(result: CheckResult): string {
  const { failures, messages, steps, duplicates_refused, kills, accepted_ms, durable_ms, recovered } = result
  const report = {
    ok: failures.length === 0,
    messages,
    steps,
    duplicates_refused,
    kills,
    accepted_ms,
    durable_ms,
    steps_per_second: stepsPerSecond(result),
    recovery_ms: recovered
      .filter(({ fault }) => fault.kind !== 'network_cut')
      .map(({ recovery_ms }) => round(recovery_ms)),
  }
  return `${JSON.stringify(report, null, 2)}\n`
}

export function toTable(result: CheckResult): string {
  const { kills, requests, accepted_ms, durable_ms, recovered } = result
  const rows: [string, string][] = [
    ['messages', result.messages.toLocaleString('en-US')],
    ['steps', result.steps.toLocaleString('en-US')],
    ['duplicates refused', result.duplicates_refused.toLocaleString('en-US')],
    ['crashes of the tab (renderer or worker)', String(kills.tab)],
    ['crashes of the edge (SIGKILL of workerd)', String(kills.edge)],
    ['network cuts', String(kills.network)],
    ['requests dropped', share(requests.dropped, requests.all)],
    ['requests duplicated', share(requests.duplicated, requests.all)],
    ['accepted, ms, p50 / p99', `${accepted_ms.p50.toFixed(1)} / ${accepted_ms.p99.toFixed(1)}`],
    ['durable, ms, p50 / p99', `${durable_ms.p50.toFixed(1)} / ${durable_ms.p99.toFixed(1)}`],
    ['steps per second', stepsPerSecond(result).toFixed(1)],
    ['seconds, crashes and all', result.seconds.toFixed(1)],
  ]
  for (const kind of ['renderer_crash', 'worker_kill', 'edge_kill', 'network_cut'] as const) {
    const times = recovered.filter(({ fault }) => fault.kind === kind).map(({ recovery_ms }) => recovery_ms)
    if (times.length === 0) continue
    const all = times.map((time) => time.toFixed(0)).join(', ')
    rows.push([`recovery, ${kind.replace('_', ' ')}, ms, p50`, `${percentile(times, 50).toFixed(0)}  (${all})`])
  }
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n')
}

function stepsPerSecond({ steps, seconds }: CheckResult): number {
  return round(steps / seconds)
}

function share(some: number, all: number): string {
  return `${some} of ${all} (${((100 * some) / Math.max(1, all)).toFixed(1)} %)`
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
