/**
 * A session: the states that a client has seen and that may still be lost, as text that it carries from one host to the next.
 * What it then sends depends on them: it is committed after them, and goes with them if they are lost; a host that knows that
 * one is lost refuses with `session_lost`, and takes nothing.
 *
 * @module
 */
import { BrokenBytes, ByteReader, ByteWriter } from '../../engine/byte-codec.ts'
import { type Dependency, readDependencies, writeDependencies } from '../../engine/dependency.ts'
import { DarqError } from '../../error.ts'

const format_version = 1
/** As a header of HTTP it must be short; far more hosts than a client talks to within one flush. */
const session_characters_max = 6 * 1024

/** @returns base64url; '' for nothing */
export function encodeSession(seen: readonly Dependency[]): string {
  if (seen.length === 0) return ''
  const writer = new ByteWriter().u8(format_version)
  writeDependencies(writer, seen)
  return btoa(String.fromCharCode(...writer.done()))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}

/** @throws {DarqError} `bad_frame`, `too_large`, `newer_format` */
export function decodeSession(text: string): readonly Dependency[] {
  if (text === '') return []
  if (text.length > session_characters_max)
    throw new DarqError('too_large', {
      facts: { expected: `a session of at most ${session_characters_max} characters`, got: text.length },
    })
  try {
    const reader = new ByteReader(bytesOf(text))
    const format = reader.u8('format version')
    if (format > format_version)
      throw new DarqError('newer_format', { facts: { expected: `session format ${format_version}`, got: format } })
    const seen = readDependencies(reader)
    if (reader.left > 0) throw new BrokenBytes(`${reader.left} bytes behind the end`)
    return seen
  } catch (error) {
    if (error instanceof BrokenBytes)
      throw new DarqError('bad_frame', { facts: { expected: 'a session', got: error.message } })
    throw error
  }
}

function bytesOf(text: string): Uint8Array {
  try {
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
    return Uint8Array.from(binary, (character) => character.charCodeAt(0))
  } catch {
    throw new BrokenBytes('not base64url')
  }
}

const keyOf = ({ host, epoch }: Dependency): string => `${host} ${epoch}`

/** What one client has seen. */
export class Session {
  readonly #seen = new Map<string, Dependency>()

  /** @param text of another session, to go on with @throws {DarqError} as {@link decodeSession} */
  constructor(text = '') {
    for (const dependency of decodeSession(text)) this.#see(dependency)
  }

  /** For another client, or a later one. */
  get text(): string {
    return encodeSession([...this.#seen.values()])
  }

  #see(dependency: Dependency): void {
    const key = keyOf(dependency)
    if ((this.#seen.get(key)?.version ?? 0) < dependency.version) this.#seen.set(key, dependency)
  }

  /**
   * What a host says to a request that said `sent`: what it leaves out of that is durable; the rest was seen there.
   *
   * @throws {DarqError} as {@link decodeSession}
   */
  reported(sent: string | undefined, reply: string | undefined): void {
    if (sent === undefined || reply === undefined) return
    const reported = decodeSession(reply)
    const left = new Set(reported.map(keyOf))
    for (const dependency of decodeSession(sent)) {
      const key = keyOf(dependency)
      if (!left.has(key) && this.#seen.get(key)?.version === dependency.version) this.#seen.delete(key)
    }
    for (const dependency of reported) this.#see(dependency)
  }

  /** A state of it is lost: it begins anew. Who had sent what depends on that was told, and decides. */
  lost(): void {
    this.#seen.clear()
  }
}
