/**
 * Which rows there are. A key is a list of texts; the layout is the whole of what this implementation writes:
 *
 * | key | value |
 * | --- | --- |
 * | `host` | generation and epoch |
 * | `cell`, DARQ, cell, key | a piece of state |
 * | `inbox`, DARQ, id | a message that waits |
 * | `timer`, DARQ, timer | a message that is sent later |
 * | `expected`, DARQ, producer | the sequence that is expected next |
 * | `outbox`, DARQ, other DARQ, sequence | a message for another host |
 * | `channel`, DARQ, other DARQ | the sequence that is sent next |
 *
 * @module
 */

import { decodePlain, encodePlainBytes } from '../crest/wire/plain.ts'
import { DarqError, type Plain } from '../error.ts'
import type { Rows } from './store.ts'

export type TableName = 'host' | 'cell' | 'inbox' | 'timer' | 'expected' | 'outbox' | 'channel'

/** Writes of one transaction; `undefined` deletes. */
export type Writes = Map<string, Uint8Array | undefined>

export function keyOf(table: TableName, ...parts: readonly string[]): string {
  return JSON.stringify([table, ...parts]).slice(1, -1)
}

/** What the keys below these parts begin with. */
export function below(table: TableName, ...parts: readonly string[]): string {
  return `${keyOf(table, ...parts)},`
}

/** @returns the parts behind the table's name */
export function partsOf(key: string): readonly string[] {
  const [, ...parts]: string[] = JSON.parse(`[${key}]`)
  return parts
}

/** A whole number whose text sorts as it does. */
export function ordinal(number: number): string {
  return String(number).padStart(16, '0')
}

export function whole(value: Uint8Array | undefined, otherwise: number): number {
  if (value === undefined) return otherwise
  const number = decodePlain(value)
  if (typeof number === 'number') return number
  throw new DarqError('corrupt', { facts: { expected: 'a number', got: typeof number } })
}

/** A message as the inbox holds it: whether its participant itself has sent it, then its bytes. */
export function encodeWaiting(fromSelf: boolean, bytes: Uint8Array): Uint8Array {
  const row = new Uint8Array(1 + bytes.length)
  row[0] = fromSelf ? 1 : 0
  row.set(bytes, 1)
  return row
}
export function decodeWaiting(row: Uint8Array): { readonly fromSelf: boolean; readonly bytes: Uint8Array } {
  return { fromSelf: row[0] === 1, bytes: row.subarray(1) }
}

/** A message that is sent later. */
export interface Timer {
  /** Unique at its DARQ, for ever. */
  readonly id: string
  readonly to: string
  readonly due_ms: number
  readonly bytes: Uint8Array
}
export function encodeTimer({ id, to, due_ms, bytes }: Timer): Uint8Array {
  return encodePlainBytes([id, to, due_ms, bytes])
}
export function decodeTimer(row: Uint8Array): Timer {
  const [id, to, due_ms, bytes] = listOf(row)
  if (typeof id === 'string' && typeof to === 'string' && typeof due_ms === 'number' && bytes instanceof Uint8Array)
    return { id, to, due_ms, bytes }
  throw new DarqError('corrupt', { facts: { expected: 'a timer' } })
}

export function listOf(row: Uint8Array): readonly Plain[] {
  const value = decodePlain(row)
  if (Array.isArray(value)) return value
  throw new DarqError('corrupt', { facts: { expected: 'a list' } })
}

export function write(writes: Writes, rows: Rows): void {
  for (const [key, value] of writes) {
    if (value === undefined) rows.delete(key)
    else rows.put(key, value)
  }
}
