/**
 * A reply body that is written piece by piece, until either side ends it.
 *
 * @module
 */
import { identityStream } from './platform.ts'

const encoder = new TextEncoder()

export class TextStream {
  readonly body: ReadableStream<Uint8Array>
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>
  readonly #left = new AbortController()
  readonly #drained: (() => void) | undefined
  #writing = 0

  /** @param drained is called when the reader has taken what there was */
  constructor(drained?: () => void) {
    const { readable, writable } = identityStream()
    this.body = readable
    this.#writer = writable.getWriter()
    this.#drained = drained
    this.#writer.closed.catch(() => this.#leave())
  }

  /** Aborts when the reader has left, which the next write finds out. */
  get left(): AbortSignal {
    return this.#left.signal
  }

  /** Whether the reader has taken everything. */
  get isDrained(): boolean {
    return this.#writing === 0
  }

  /** After the end, or to a reader that left, nothing is written. */
  write(text: string): void {
    this.#writing += 1
    this.#writer.write(encoder.encode(text)).then(
      () => {
        this.#writing -= 1
        if (this.#writing === 0) this.#drained?.()
      },
      () => this.#leave(),
    )
  }

  /** What was written still arrives. */
  end(): void {
    this.#writer.close().catch(() => this.#leave())
  }

  /** Ends it at once: what was written and not read is lost. */
  drop(): void {
    this.#writer.abort(new Error('nobody reads')).catch(() => undefined)
    this.#leave()
  }

  #leave(): void {
    this.#left.abort()
  }
}
