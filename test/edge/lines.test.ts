import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readBytes } from '../../runtime-ts/src/transport/body.ts'
import { jsonEvents, jsonLines, lines } from '../../runtime-ts/src/transport/lines.ts'
import { fromBase64, toBase64 } from '../../runtime-ts/src/transport/wire.ts'

const limits = { line_max: 1000, silence_ms_max: 60_000 }

/** `bytes`, cut at the given places. */
function cut(bytes: Uint8Array, places: readonly number[]): ReadableStream<Uint8Array> {
  const edges = [...new Set([0, ...places.map((place) => place % (bytes.length + 1)), bytes.length])].sort(
    (a, b) => a - b,
  )
  const pieces = edges.slice(1).map((edge, index) => bytes.slice(edges[index], edge))
  return new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece)
      controller.close()
    },
  })
}

async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const value of values) all.push(value)
  return all
}

const encode = (text: string) => new TextEncoder().encode(text)

test('lines are the same wherever the stream is cut, in the middle of a character too', async () => {
  const texts = fc.array(fc.string({ unit: 'grapheme', maxLength: 20 }).filter((text) => !/[\r\n]/.test(text)))
  await fc.assert(
    fc.asyncProperty(texts, fc.array(fc.nat()), async (expected, places) => {
      const bytes = encode(expected.map((text) => `${text}\n`).join(''))
      expect(await collect(lines(cut(bytes, places), limits))).toEqual(expected)
    }),
  )
})

test('what follows the last line end was cut off, and is dropped', async () => {
  expect(await collect(jsonLines(cut(encode('{"a":1}\n{"a":'), []), limits))).toEqual([{ a: 1 }])
})

test('a line over the limit is refused before it ends', async () => {
  const endless = new ReadableStream<Uint8Array>({ pull: (controller) => controller.enqueue(encode('x'.repeat(100))) })
  await expect(collect(lines(endless, limits))).rejects.toMatchObject({ code: 'too_large' })
})

test('an event over the limit is refused, though its lines are short', async () => {
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(encode(`data: ${'x'.repeat(100)}\n`)),
  })
  await expect(collect(jsonEvents(endless, limits))).rejects.toMatchObject({ code: 'too_large' })
})

test('a stream that falls silent is lost', async () => {
  const silent = new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(encode('1\n')) })
  const read: unknown[] = []
  const reading = (async () => {
    for await (const value of jsonLines(silent, { ...limits, silence_ms_max: 5 })) read.push(value)
  })()
  await expect(reading).rejects.toMatchObject({ code: 'unavailable', facts: { silent_ms: 5 } })
  expect(read).toEqual([1])
})

test('a body is read whole up to its limit, and not a byte further', async () => {
  const bytes = fc.uint8Array({ maxLength: 300 })
  await fc.assert(
    fc.asyncProperty(bytes, fc.array(fc.nat()), fc.nat({ max: 300 }), async (body, places, bytes_max) => {
      const read = readBytes(cut(body, places), bytes_max)
      if (body.length <= bytes_max) expect(await read).toEqual(new Uint8Array(body))
      else await expect(read).rejects.toMatchObject({ code: 'too_large' })
    }),
  )
})

test('base64 comes back as the bytes it was made of', () => {
  const same = (bytes: Uint8Array) => {
    expect(fromBase64(toBase64(bytes))).toEqual(new Uint8Array(bytes))
  }
  fc.assert(fc.property(fc.uint8Array({ maxLength: 100_000 }), same), { numRuns: 30 })
})
