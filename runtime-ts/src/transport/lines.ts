/**
 * A stream of bytes, as lines; and the two line-wise formats that a server answers with: JSON lines, and server-sent events.
 *
 * @module
 */
import { DarqError } from '../error.ts'

export interface LineLimits {
  /** One line, or the data of one event. In UTF-16 units: what it takes in memory. */
  readonly line_max: number
  /** How long the stream may be silent. */
  readonly silence_ms_max: number
}

/**
 * @returns each line, without its end. What follows the last line end is dropped: it was cut off.
 * @throws {DarqError} `too_large` for a line over the limit, `unavailable` for a stream that broke or fell silent
 */
export async function* lines(
  body: ReadableStream<Uint8Array>,
  limits: LineLimits,
): AsyncGenerator<string, void, undefined> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for (;;) {
      const { done, value } = await readSoon(reader, limits.silence_ms_max)
      if (done) return
      // Only what is new is searched: a long line that comes in many chunks must not be searched again with each.
      const [first = '', ...others] = decoder.decode(value, { stream: true }).split('\n')
      rest += first
      for (const other of others) {
        checkLength(rest.length, limits.line_max)
        yield rest.endsWith('\r') ? rest.slice(0, -1) : rest
        rest = other
      }
      checkLength(rest.length, limits.line_max)
    }
  } finally {
    // Nobody waits for it: a broken stream may never confirm.
    reader.cancel().catch(() => undefined)
  }
}

/** @returns the parsed lines; empty ones are heartbeats and are passed over */
export async function* jsonLines(
  body: ReadableStream<Uint8Array>,
  limits: LineLimits,
): AsyncGenerator<unknown, void, undefined> {
  for await (const line of lines(body, limits)) if (line !== '') yield parse(line)
}

/** @returns the parsed data of each event. Comments (heartbeats) and other fields are passed over */
export async function* jsonEvents(
  body: ReadableStream<Uint8Array>,
  limits: LineLimits,
): AsyncGenerator<unknown, void, undefined> {
  let data = ''
  for await (const line of lines(body, limits)) {
    if (line.startsWith('data:')) {
      data += line.slice(line.startsWith('data: ') ? 6 : 5)
      checkLength(data.length, limits.line_max)
    } else if (line === '' && data !== '') {
      yield parse(data)
      data = ''
    }
  }
}

async function readSoon(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  ms: number,
): Promise<ReadableStreamReadResult<Uint8Array>> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DarqError('unavailable', { facts: { silent_ms: ms } })), ms)
  })
  try {
    return await Promise.race([reader.read(), silence])
  } catch (error) {
    if (error instanceof DarqError) throw error
    throw new DarqError('unavailable', { cause: error, message: 'the answer broke off' })
  } finally {
    clearTimeout(timer)
  }
}

function checkLength(length: number, length_max: number): void {
  if (length > length_max)
    throw new DarqError('too_large', { facts: { expected: `at most ${length_max} characters`, got: length } })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new DarqError('bad_frame', { cause: error, facts: { expected: 'JSON', got: text.slice(0, 100) } })
  }
}
