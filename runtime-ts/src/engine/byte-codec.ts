/**
 * Bounds-checked reading and growing writing of little-endian bytes: for frames and commit values, which may come from
 * strangers or from a damaged disk.
 *
 * @module
 */

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Thrown by {@link ByteReader}; who decodes turns it into the typed error that fits. */
export class BrokenBytes extends Error {}

export const padded = (bytes: number): number => (bytes + 7) & ~7

export class ByteWriter {
  #bytes: Uint8Array
  #view: DataView
  #at = 0

  constructor(capacity_bytes = 256) {
    this.#bytes = new Uint8Array(capacity_bytes)
    this.#view = new DataView(this.#bytes.buffer)
  }

  get at(): number {
    return this.#at
  }

  #room(bytes: number): number {
    const at = this.#at
    if (at + bytes > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.#bytes.length * 2, at + bytes))
      grown.set(this.#bytes)
      this.#bytes = grown
      this.#view = new DataView(grown.buffer)
    }
    this.#at = at + bytes
    return at
  }

  u8(value: number): this {
    const at = this.#room(1)
    this.#view.setUint8(at, value)
    return this
  }
  u16(value: number): this {
    const at = this.#room(2)
    this.#view.setUint16(at, value, true)
    return this
  }
  u32(value: number): this {
    const at = this.#room(4)
    this.#view.setUint32(at, value, true)
    return this
  }
  f64(value: number): this {
    const at = this.#room(8)
    this.#view.setFloat64(at, value, true)
    return this
  }
  /** Overwrites what was written before. */
  patchU32(at: number, value: number): this {
    this.#view.setUint32(at, value, true)
    return this
  }
  raw(bytes: Uint8Array): this {
    const at = this.#room(bytes.length)
    this.#bytes.set(bytes, at)
    return this
  }
  /** UTF-8 behind its length as u16. Names are short and ASCII: quicker by hand than by an encoder. */
  text(value: string): this {
    const start = this.#at
    if (value.length <= 0xffff) {
      let at = this.#room(2 + value.length)
      this.#view.setUint16(at, value.length, true)
      at += 2
      const bytes = this.#bytes
      let i = 0
      for (; i < value.length; i += 1) {
        const code = value.charCodeAt(i)
        if (code > 127) break
        bytes[at + i] = code
      }
      if (i === value.length) return this
      this.#at = start
    }
    const bytes = encoder.encode(value)
    if (bytes.length > 0xffff) throw new RangeError('text of over 65,535 bytes')
    return this.u16(bytes.length).raw(bytes)
  }
  /** With zeros: in memory that is used again there may be something else. */
  align(): this {
    const at = this.#room(padded(this.#at) - this.#at)
    this.#bytes.fill(0, at, this.#at)
    return this
  }
  /** Starts again, in the same memory. */
  clear(): this {
    this.#at = 0
    return this
  }
  /** @returns a view of what was written: good until the next write */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#at)
  }
  done(): Uint8Array {
    return this.#bytes.slice(0, this.#at)
  }
}

export class ByteReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get at(): number {
    return this.#at
  }
  get left(): number {
    return this.#bytes.length - this.#at
  }

  #take(bytes: number, what: string): number {
    if (bytes > this.left) throw new BrokenBytes(`${what}: ${bytes} bytes at ${this.#at}, but ${this.left} are left`)
    const at = this.#at
    this.#at = at + bytes
    return at
  }

  u8(what: string): number {
    return this.#view.getUint8(this.#take(1, what))
  }
  u16(what: string): number {
    return this.#view.getUint16(this.#take(2, what), true)
  }
  u32(what: string): number {
    return this.#view.getUint32(this.#take(4, what), true)
  }
  /** A whole number from 0 to 2^53 - 1. */
  whole(what: string): number {
    const value = this.#view.getFloat64(this.#take(8, what), true)
    if (!Number.isSafeInteger(value) || value < 0) throw new BrokenBytes(`${what}: not a whole number: ${value}`)
    return value
  }
  f64(what: string): number {
    return this.#view.getFloat64(this.#take(8, what), true)
  }
  raw(bytes: number, what: string): Uint8Array {
    const at = this.#take(bytes, what)
    return this.#bytes.subarray(at, at + bytes)
  }
  text(bytes_max: number, what: string): string {
    const bytes = this.u16(what)
    if (bytes > bytes_max) throw new BrokenBytes(`${what}: ${bytes} bytes, at most ${bytes_max}`)
    try {
      return decoder.decode(this.raw(bytes, what))
    } catch (error) {
      if (error instanceof BrokenBytes) throw error
      throw new BrokenBytes(`${what}: not UTF-8`)
    }
  }
  align(what: string): this {
    this.#take(padded(this.#at) - this.#at, what)
    return this
  }
}
