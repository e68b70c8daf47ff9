/**
 * Who a host is: its name and its storage's generation.
 *
 * @module
 */
import { DarqError } from '../error.ts'
import { nameOf, utf8, utf8Bytes } from '../text.ts'

/** `name#generation`. A wiped storage makes a stranger of the same name. */
export type HostId = `${string}#${string}`

const name_bytes_max = 200
export const host_id_bytes_max = 256
export const darq_name_bytes_max = 512

export function hostId(name: string, generation: string): HostId {
  const bytes = utf8('a host name', name).length
  if (bytes === 0 || bytes > name_bytes_max || /[#/]/.test(name))
    throw new DarqError('bad_frame', {
      facts: { expected: `a host name of 1 to ${name_bytes_max} bytes without # and /`, got: name.slice(0, 300) },
    })
  return `${name}#${generation}`
}

export const isHostId = (text: string): text is HostId => /^[^#/]+#[^#/]+$/.test(text)

/** The name and the generation of a host id. */
export function partsOf(host: string): { readonly name: string; readonly generation: string } {
  const at = host.lastIndexOf('#')
  return { name: host.slice(0, at), generation: host.slice(at + 1) }
}

/** The producer id of a channel: names the sending DARQ, for all the hosts there ever were. */
export const channelId = (host: string, darq: string): string => `${host}/${darq}`

function isName(name: string): boolean {
  const bytes = utf8Bytes(name)
  return bytes > 0 && bytes <= darq_name_bytes_max
}

/** @throws {DarqError} `unknown_address` for a name that no DARQ can have */
export function checkDarqName(name: string): void {
  nameOf(`a DARQ name of 1 to ${darq_name_bytes_max} bytes`, name, isName)
}

const names_max = 10_000
const encoder = new TextEncoder()

/** Names of DARQs as bytes: those that were used last are kept. */
export class EncodedNames {
  readonly #known = new Map<string, Uint8Array>()

  /** @throws {DarqError} `unknown_address` for a name that no DARQ can have */
  of(name: string): Uint8Array {
    let bytes = this.#known.get(name)
    if (!bytes) {
      checkDarqName(name)
      bytes = encoder.encode(name)
      if (this.#known.size >= names_max) this.#known.clear()
      this.#known.set(name, bytes)
    }
    return bytes
  }
}
