/**
 * Where the conformance suite runs, and the words that its tests are written in.
 *
 * @module
 */
import { DarqError, type ErrorCode } from '../../runtime-ts/src/error.ts'
import type {
  Claimed,
  Commit,
  Epoch,
  Opened,
  Segment,
  Storage,
  Version,
} from '../../runtime-ts/src/storage/contract.ts'

/** One store, empty at first, and a way to look and reach into it past the adapter. */
export interface Place {
  /** A new adapter object over the same store. */
  storage(): Storage
  /** Numbers that hold a value, in order. */
  numbers(): Promise<number[]>
  peek(number: number): Promise<Uint8Array<ArrayBuffer> | undefined>
  /** Replaces the value at `number`, or removes it. */
  poke(number: number, value: Uint8Array<ArrayBuffer> | undefined): Promise<void>
  wipe(): Promise<void>
}

/** Runs a test's body in a fresh place. */
export type InPlace = (body: (place: Place) => Promise<void>) => Promise<void>

export function epoch(value: number): Epoch {
  return value as Epoch
}

export function version(value: number): Version {
  return value as Version
}

/** Text as bytes. */
export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/** `length` bytes that do not compress, the same ones for the same seed. */
export function noise(length: number, seed = 1): Uint8Array {
  const filled = new Uint8Array(length)
  let state = seed | 1
  for (let at = 0; at < length; at++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    filled[at] = state
  }
  return filled
}

/** A commit of `body` (text or bytes; default: its version as text) that drops nothing unless told. */
export function commit(at: number, body: string | Uint8Array = `v${at}`, more: Partial<Commit> = {}): Commit {
  const content = typeof body === 'string' ? bytes(body) : body
  return { version: version(at), bytes: content, wakeAt_ms: undefined, keepFrom: version(1), ...more }
}

/** Opens and claims, keeping everything. */
export async function own(storage: Storage, at: number): Promise<Claimed> {
  const opened = await storage.open()
  return opened.claim(epoch(at), version(Number.MAX_SAFE_INTEGER), bytes(`facts of ${at}`))
}

export async function readAll(opened: Opened): Promise<Segment[]> {
  const segments: Segment[] = []
  for await (const segment of opened.segments()) segments.push(segment)
  return segments
}

/** What a store holds, as `version:text`. */
export async function contents(storage: Storage): Promise<string[]> {
  const segments = await readAll(await storage.open())
  return segments.map((segment) => `${segment.version}:${new TextDecoder().decode(segment.bytes)}`)
}

/** The code with which `work` fails; `undefined` when it doesn't. Anything but a `DarqError` is thrown on. */
export async function codeOf(work: () => Promise<unknown>): Promise<ErrorCode | `app:${string}` | undefined> {
  return (await errorOf(work))?.code
}

export async function errorOf(work: () => Promise<unknown>): Promise<DarqError | undefined> {
  try {
    await work()
  } catch (error) {
    if (error instanceof DarqError) return error
    throw error
  }
  return undefined
}
