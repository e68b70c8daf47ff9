/**
 * A reply body that is written piece by piece, until either side ends it.
 *
 * @module
 */

const encoder = new TextEncoder()

export class TextStream {
  readonly body: ReadableStream<Uint8Array>
  readonly #left = new AbortController()
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined

  /** @param pull is called when the reader has taken what there was */
  constructor(pull?: () => void) {
    this.body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#controller = controller
      },
      pull: () => pull?.(),
      cancel: () => {
        this.#controller = undefined
        this.#left.abort()
      },
    })
  }

  /** Aborts when the reader has left. */
  get left(): AbortSignal {
    return this.#left.signal
  }

  /** Whether the reader has taken everything. */
  get drained(): boolean {
    return (this.#controller?.desiredSize ?? 0) > 0
  }

  /** After the end, or to a reader that left, nothing is written. */
  write(text: string): void {
    this.#controller?.enqueue(encoder.encode(text))
  }

  end(): void {
    this.#controller?.close()
    this.#controller = undefined
  }
}
