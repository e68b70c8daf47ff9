/**
 * One end of a session: numbered frames over one stream after another, each received once and in order.
 *
 * @module
 */
import { DarqError } from '../error.ts'
import { encodeFrame, type Frame } from './frame.ts'
import type { ProtocolMessage } from './protocol-message.ts'
import type { Stream } from './stream.ts'

export interface FrameStreamLimits {
  /** One frame. */
  readonly frame_bytes_max: number
  /** Sent, and not known to be received. */
  readonly unheard_bytes_max: number
}

interface SentFrame {
  readonly number: number
  readonly bytes: number
  /** Kept only where a later stream may carry it again. */
  readonly frame: Uint8Array<ArrayBuffer> | undefined
}

/** After this many frames the other end is sent an acknowledgement, if nothing else was sent. */
const unacked_max = 16

export class FrameStream {
  readonly #limits: FrameStreamLimits
  readonly #again: boolean
  #stream: Stream | undefined
  #sent = 0
  #heard = 0
  #acked = 0
  /** Up to here the other end has heard. */
  #known = 0
  #unheard: SentFrame[] = []
  #unheard_bytes = 0

  /** @param again whether the session can go on over another stream */
  constructor(limits: FrameStreamLimits, again: boolean) {
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

  /** The stream has ended. What is sent from now on waits for another. */
  shut(): void {
    this.#stream = undefined
  }

  /** On a new stream: sends again what the other end has not received. */
  repeat(heard: number): void {
    this.#arrived(heard)
    for (const { frame } of this.#unheard) if (frame) this.#stream?.send(frame.slice())
  }

  /** @returns the number of the frame. @throws {DarqError} `too_large`; nothing was sent then */
  send(message: ProtocolMessage): number {
    const number = this.#sent + 1
    const frame = encodeFrame({ number, heard: this.#heard, message }, this.#limits.frame_bytes_max)
    this.#sent = number
    this.#unheard.push({ number, bytes: frame.length, frame: this.#again ? frame : undefined })
    this.#unheard_bytes += frame.length
    this.#acked = this.#heard
    this.#stream?.send(this.#again ? frame.slice() : frame)
    return number
  }

  /** Sends a message without a number, over this stream alone. */
  sendUnnumbered(message: ProtocolMessage): void {
    this.#acked = this.#heard
    this.#stream?.send(encodeFrame({ number: 0, heard: this.#heard, message }, this.#limits.frame_bytes_max))
  }

  /**
   * @returns the frame's message; undefined if it was received before
   * @throws {DarqError} `bad_frame` when a frame was left out, or a frame is acknowledged that was never sent
   */
  receive({ number, heard, message }: Frame): ProtocolMessage | undefined {
    this.#arrived(heard)
    if (number === 0) return message
    if (number <= this.#heard) return undefined
    if (number !== this.#heard + 1)
      throw new DarqError('bad_frame', { facts: { expected: `frame ${this.#heard + 1}`, got: number } })
    this.#heard = number
    return message
  }

  /** Call it when what came was dealt with. */
  acknowledge(): void {
    if (this.#heard - this.#acked >= unacked_max) this.sendUnnumbered({ type: 'beat' })
  }

  #arrived(heard: number): void {
    if (heard > this.#sent)
      throw new DarqError('bad_frame', { facts: { expected: `at most ${this.#sent} frames heard`, got: heard } })
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
