/**
 * One end of a session's talk: numbered frames over one stream after another, each heard once and in order.
 *
 * @module
 */
import { DarqError } from '../error.ts'
import { encodeFrame, type Frame } from './frame.ts'
import type { Stream } from './stream.ts'
import type { Word } from './words.ts'

export interface LineLimits {
  /** One frame. */
  readonly frame_bytes_max: number
  /** Said and not known to be heard. */
  readonly unheard_bytes_max: number
}

interface Said {
  readonly number: number
  readonly bytes: number
  /** Kept only where a later stream may carry it again. */
  readonly frame: Uint8Array<ArrayBuffer> | undefined
}

/** The other end is told what was heard after so many frames, if nothing else was said. */
const unthanked_max = 16

export class Line {
  readonly #limits: LineLimits
  readonly #again: boolean
  #stream: Stream | undefined
  #said = 0
  #heard = 0
  #thanked = 0
  /** Up to here the other end has heard. */
  #known = 0
  #unheard: Said[] = []
  #unheard_bytes = 0

  /** @param again whether the session can go on over another stream */
  constructor(limits: LineLimits, again: boolean) {
    this.#limits = limits
    this.#again = again
  }

  get isOpen(): boolean {
    return this.#stream !== undefined
  }
  get stream(): Stream | undefined {
    return this.#stream
  }
  /** Frames of the other end up to this number have come. */
  get heard(): number {
    return this.#heard
  }
  /** Frames of this end up to this number have arrived. */
  get known(): number {
    return this.#known
  }
  /** The other end doesn't listen, or doesn't say so. */
  get isOverfull(): boolean {
    return this.#unheard_bytes > this.#limits.unheard_bytes_max
  }

  open(stream: Stream): void {
    this.#stream = stream
  }

  /** The stream has ended. What is said from now on waits for another. */
  shut(): void {
    this.#stream = undefined
  }

  /** On a new stream: says again what the other end has not heard. */
  repeat(heard: number): void {
    this.#arrived(heard)
    for (const { frame } of this.#unheard) if (frame) this.#stream?.send(frame.slice())
  }

  /** @returns the number of the frame. @throws {DarqError} `too_large`; nothing was said then */
  say(word: Word): number {
    const number = this.#said + 1
    const frame = encodeFrame({ number, heard: this.#heard, word }, this.#limits.frame_bytes_max)
    this.#said = number
    this.#unheard.push({ number, bytes: frame.length, frame: this.#again ? frame : undefined })
    this.#unheard_bytes += frame.length
    this.#thanked = this.#heard
    this.#stream?.send(this.#again ? frame.slice() : frame)
    return number
  }

  /** A word for this stream alone. */
  whisper(word: Word): void {
    this.#thanked = this.#heard
    this.#stream?.send(encodeFrame({ number: 0, heard: this.#heard, word }, this.#limits.frame_bytes_max))
  }

  /**
   * @returns the frame's word; undefined if it was heard before
   * @throws {DarqError} `bad_frame` when a frame was left out, or one was heard that was never said
   */
  hear({ number, heard, word }: Frame): Word | undefined {
    this.#arrived(heard)
    if (number === 0) return word
    if (number <= this.#heard) return undefined
    if (number !== this.#heard + 1)
      throw new DarqError('bad_frame', { facts: { expected: `frame ${this.#heard + 1}`, got: number } })
    this.#heard = number
    return word
  }

  /** Call it when what came was dealt with. */
  thank(): void {
    if (this.#heard - this.#thanked >= unthanked_max) this.whisper({ type: 'beat' })
  }

  #arrived(heard: number): void {
    if (heard > this.#said)
      throw new DarqError('bad_frame', { facts: { expected: `at most ${this.#said} frames heard`, got: heard } })
    if (heard <= this.#known) return
    this.#known = heard
    let gone = 0
    for (const { number, bytes } of this.#unheard) {
      if (number > heard) break
      this.#unheard_bytes -= bytes
      gone += 1
    }
    this.#unheard.splice(0, gone)
  }
}
