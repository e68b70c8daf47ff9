/**
 * Gathers frames that are made in one go and posts them as one message: a commit that grades a hundred enqueues costs one
 * message event, not a hundred.
 *
 * @module
 */

/** One end of the way between a caller and its answerer. */
export interface Line<Frame> {
  /** Posts a batch. `give` lists the buffers that the frames no longer need here: they may be transferred. */
  post(frames: readonly Frame[], give: readonly ArrayBuffer[]): void
  close(): void
}

export interface FrameBatch<Frame> {
  /** Adds a frame; it is posted, in order, before the next macrotask. */
  add(frame: Frame, give?: ArrayBuffer): void
  /** Posts at once what was gathered. */
  flush(): void
  /** Drops what was gathered, and what comes later, and closes the line. */
  close(): void
}

export function gatherFrames<Frame>(line: Line<Frame>): FrameBatch<Frame> {
  let frames: Frame[] = []
  let give: ArrayBuffer[] = []
  let closed = false

  function flush(): void {
    if (frames.length === 0) return
    const batch = frames
    const gifts = give
    frames = []
    give = []
    line.post(batch, gifts)
  }

  return {
    add(frame, gift) {
      if (closed) return
      if (frames.length === 0) queueMicrotask(flush)
      frames.push(frame)
      if (gift !== undefined) give.push(gift)
    },
    flush,
    close() {
      closed = true
      frames = []
      give = []
      line.close()
    },
  }
}

/**
 * Bytes that may be cloned: structured clone copies the whole buffer behind a view, so a view of a larger one is cut out
 * first.
 */
export function alone(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice()
}
