/**
 * What carries frames between a DARQ's host and a processor elsewhere.
 *
 * @module
 */
import type { DarqError } from '../error.ts'

export interface StreamHandler {
  /** A frame, whole, in the order in which they were sent. Its bytes belong to the handler. */
  frame(bytes: Uint8Array): void
  /** The stream is over, and was not closed from here: how much of what was sent has arrived is unknown. Called once. */
  ended(reason: DarqError): void
}

/**
 * An ordered stream of frames, both ways. It may end at any moment, and loses whatever was on its way then; until then it
 * loses, repeats and reorders nothing. It may also die without a word: both ends beat, and give up a silent one.
 */
export interface Stream {
  /** Takes the frame: the caller doesn't touch its buffer again. Never throws; a failure ends the stream, in a later task. */
  send(frame: Uint8Array): void
  /** Begins to receive. Call it once, in the task in which one got the stream: adapters keep nothing that comes before. */
  receive(handler: StreamHandler): void
  /** What was sent before is still carried; then the other end learns that the stream has ended. This end hears nothing more. */
  close(): void
}
