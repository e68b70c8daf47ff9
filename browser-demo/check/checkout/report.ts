/**
 * What a check of the checkout has found, for people and for programs.
 *
 * @module
 */
import type { CheckoutCheckResult } from './run.ts'

/** What `--json` writes. */
export function checkoutJson({ failures, slips, faults, asked, charged, seconds }: CheckoutCheckResult): string {
  const report = {
    ok: failures.length === 0,
    orders: slips.length,
    ended: Object.fromEntries(endsOf(slips)),
    faults: Object.fromEntries(faults),
    ...{ asked, charged, seconds },
  }
  return `${JSON.stringify(report, null, 2)}\n`
}

export function checkoutTable({ slips, faults, asked, charged, seconds }: CheckoutCheckResult): string {
  const rows: [string, string][] = [
    ['orders', String(slips.length)],
    ...[...endsOf(slips)].map(([end, count]): [string, string] => [`  ${end}`, String(count)]),
    ['cashier asked', String(asked)],
    ['cards charged', String(charged)],
    ...[...faults].sort().map(([kind, count]): [string, string] => [kind.replaceAll('_', ' '), String(count)]),
    ['seconds, crashes and all', seconds.toFixed(1)],
  ]
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n')
}

function endsOf(slips: CheckoutCheckResult['slips']): ReadonlyMap<string, number> {
  const ends = new Map<string, number>()
  for (const { state, why } of slips) {
    const end = why?.code.replace(/^app:/, '') ?? state
    ends.set(end, (ends.get(end) ?? 0) + 1)
  }
  return ends
}
