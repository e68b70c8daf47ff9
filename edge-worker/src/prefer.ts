/**
 * The `Prefer` header (RFC 7240): how long to wait, and for which grade.
 *
 * @module
 */
import type { Grade } from '@darq/runtime/engine'
import { header, isGrade } from '@darq/runtime/transport'

export interface Preference {
  /** Whether anything was preferred. */
  readonly stated: boolean
  readonly wait_ms: number
  readonly grade: Grade
}

const wait_s_default = 10
const wait_s_max = 60

/** @returns what was asked for, within bounds; what can't be understood is passed over, as the RFC says */
export function preference(headers: Headers): Preference {
  const wanted = new Map<string, string>()
  for (const token of (headers.get(header.prefer) ?? '').split(/[,;]/)) {
    const [name = '', value = ''] = token.split('=', 2).map((part) => part.trim())
    // The first of two counts (RFC 7240, 2).
    if (name !== '' && !wanted.has(name.toLowerCase())) wanted.set(name.toLowerCase(), value.replaceAll('"', ''))
  }
  const wait = wanted.get('wait') ?? ''
  const wait_s = /^\d+$/.test(wait) ? Math.min(Number(wait), wait_s_max) : wait_s_default
  const grade = wanted.get('grade')
  return {
    stated: wanted.has('wait') || wanted.has('grade'),
    wait_ms: wait_s * 1000,
    grade: isGrade(grade) ? grade : 'committed',
  }
}
