/**
 * Counts frames by what their first bytes say.
 *
 * @module
 */

export interface FramesSeen {
  readonly frames: number
  readonly questions: number
}

/** As `frame.ts` of the engine lays them out. */
const type_at = 3
const question_type = 3

export class FrameCounts {
  #frames = 0
  #questions = 0

  see(frame: Uint8Array): void {
    this.#frames += 1
    if (frame[type_at] === question_type) this.#questions += 1
  }

  get seen(): FramesSeen {
    return { frames: this.#frames, questions: this.#questions }
  }
}
