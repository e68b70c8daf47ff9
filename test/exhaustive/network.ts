/**
 * Frames on their way. Any of them may arrive next, or with `inOrder` the first of each direction.
 *
 * @module
 */
import { decodeFrame, type Frame } from '../../runtime-ts/src/engine/frame.ts'

export interface Carried {
  readonly from: string
  readonly to: string
  readonly bytes: Uint8Array
  readonly key: string
}

const frame_bytes_max = 1024 * 1024

export class Network {
  frames: Carried[] = []
  readonly #inOrder: boolean

  constructor(inOrder: boolean) {
    this.#inOrder = inOrder
  }

  carry(from: string, to: string, frame: Uint8Array): void {
    const bytes = frame.slice()
    this.frames.push({ from, to, bytes, key: `${from}>${to} ${Buffer.from(bytes).toString('latin1')}` })
  }

  /** Those that may be next: of equal ones, one. In the same order, however they came here. */
  next(): Carried[] {
    const keys = new Set<string>()
    const next = this.frames.filter(({ from, to, key }) => {
      const one = this.#inOrder ? `${from}>${to}` : key
      if (keys.has(one)) return false
      keys.add(one)
      return true
    })
    return next.sort((a, b) => (a.key < b.key ? -1 : 1))
  }

  take(frame: Carried): void {
    this.frames.splice(this.frames.indexOf(frame), 1)
  }

  canonical(): string {
    const keys = this.frames.map(({ key }) => key)
    // In order, only that of each direction counts.
    if (this.#inOrder) keys.sort((a, b) => (a.slice(0, a.indexOf(' ')) < b.slice(0, b.indexOf(' ')) ? -1 : 1))
    else keys.sort()
    return keys.join('\n')
  }
}

export const decoded = ({ bytes }: Carried): Frame => decodeFrame(bytes, frame_bytes_max)
