/**
 * A platform without more memory: the module as it is, but for a memory that may not grow beyond a few pages. The twin can't
 * be held to this: what a JavaScript engine refuses to allocate is its own affair.
 */
import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { type Core, Kind, type Lsn } from '../src/core.ts'
import { WasmCore } from '../src/wasm/wasm-core.ts'
import { WasmEntryTable } from '../src/wasm/wasm-entry-table.ts'
import { batch, ingest, join, limits, pending, sealed, step, stepFrame } from './frames.ts'

const binary = await readFile(new URL('../build/core.wasm', import.meta.url))
/** The memory section: id, bytes, one memory, without a maximum, one page. */
const section = binary.indexOf(Uint8Array.of(5, 3, 1, 0, 1))

async function withPages(pages: number): Promise<WebAssembly.Module> {
  const bounded = Uint8Array.of(5, 4, 1, 1, 1, pages)
  return WebAssembly.compile(join([binary.subarray(0, section), bounded, binary.subarray(section + 5)]).slice())
}

const more = { ...limits, log_bytes_max: 1 << 30, producers_max: 1 << 20 }
const make = async (pages: number) => new WasmCore(await withPages(pages), more)

/** Does it until it is answered with `full`, which must leave no trace. */
function untilFull(core: Core, what: (nth: number) => string): number {
  for (let nth = 0; nth < 100_000; nth++) {
    const digest = core.digest()
    const { end, memory_bytes } = core
    if (what(nth) !== 'full') continue
    expect([core.digest(), core.end, core.memory_bytes]).toEqual([digest, end, memory_bytes])
    return nth
  }
  throw new Error('never full')
}

describe('without more memory', () => {
  test('a message that does not fit is refused, and the log goes on once it is consumed and dropped', async () => {
    const core = await make(2)
    const frame = batch({ messages: ['x'.repeat(1000)] })
    const fill = () => untilFull(core, () => (core.reserve(frame.length) < 0 ? 'full' : ingest(core, frame).status))
    const count = fill()
    expect(count).toBeGreaterThan(50)
    expect(core.memory_bytes).toBe(2 * 65_536)
    expect(step(core, { consume: pending(core, Kind.message) })).toBe('done')
    core.seal()
    expect(core.snapshot()).toBe('done')
    core.seal()
    core.truncate(core.head)
    expect(fill()).toBeGreaterThan(count / 2)
  })

  test('a producer that does not fit is refused, and those that are known go on', async () => {
    const core = await make(2)
    const from = (producer: string, first = 1) => ingest(core, { producer, first, messages: [''] })
    const count = untilFull(core, (nth) => from(`a producer's name, to be remembered ${nth}`).status)
    expect(count).toBeGreaterThan(100)
    expect(from("a producer's name, to be remembered 0", 2).accepted).toBe(1)
    expect(from("a producer's name, to be remembered 0", 2).duplicates).toBe(1)
  })

  test('a step to a channel that does not fit is refused, and consumes nothing', async () => {
    const core = await make(2)
    const send = (to: string) => {
      core.reserve(5000)
      ingest(core, { messages: [''] })
      const [message = 0] = pending(core, Kind.message)
      const frame = stepFrame(core.reserved, { consume: [message], send: [{ to }] })
      core.bytes.set(frame, core.reserve(frame.length))
      const digest = core.digest()
      const answer = core.step(frame.length)
      if (answer === 'full') expect(core.digest()).toBe(digest)
      return answer
    }
    let answer = ''
    for (let nth = 0; nth < 1000 && answer !== 'full'; nth++) answer = send(`${nth} ${'x'.repeat(500)}`)
    expect(answer).toBe('full')
  })

  test('segments that do not fit are refused: for their own bytes, or for the producers that they bring', async () => {
    const source = await make(100)
    for (let nth = 0; nth < 900; nth++) ingest(source, { producer: `${nth} ${'x'.repeat(30)}`, messages: [''] })
    const segments = sealed(source)
    const small = await make(2)
    const digest = small.digest()
    expect(small.load(segments)).toBe('full')
    expect(small.digest()).toBe(digest)
    expect(small.load(new Uint8Array(1 << 20))).toBe('full')
    // The bytes go in; the tables don't.
    const between = await make(3)
    expect(between.load(segments)).toBe('full')
    expect([between.start, between.end, between.digest()]).toEqual([0, 0, digest])
    const large = await make(5)
    expect(large.load(segments)).toBe('ok')
  })

  test('a snapshot that does not fit is refused, and forgets nothing', async () => {
    const core = await make(2)
    const birth_s = 5
    for (let nth = 0; nth < 200; nth++) {
      ingest(core, { producer: `${nth} ${'x'.repeat(50)}`, birth_s, time_s: 6, messages: [''] })
    }
    const frame = batch({ messages: ['x'.repeat(1000)] })
    while (core.reserve(frame.length) >= 0) ingest(core, frame)
    const digest = core.digest()
    expect(core.snapshot({ producers_before_ms: 10_000 })).toBe('full')
    expect(core.digest()).toBe(digest)
  })

  test('vectors that do not fit are a RangeError', async () => {
    const module = await withPages(2)
    const of = (entries_max: number) => new WasmEntryTable(module, { hosts_max: 10, entries_max, version: 1 })
    expect(() => of(2000)).toThrow(RangeError)
    expect(of(1000).entries.length).toBe(3000)
  })
})

test('a rewind behind a truncation leaves a log that is dead for the most part: its room is used again', async () => {
  const core = await make(1)
  const frame = batch({ messages: ['x'.repeat(1000)] })
  const ends: Lsn[] = []
  const segment = () => {
    ingest(core, frame)
    step(core, { consume: pending(core, Kind.message) })
    core.seal()
    ends.push(core.end)
  }
  for (let nth = 0; nth < 8; nth++) segment()
  core.snapshot()
  core.seal()
  const kept = core.end
  for (let nth = 0; nth < 15; nth++) segment()
  core.truncate(core.head)
  const digest = (() => {
    core.rewind(kept)
    return core.digest()
  })()
  const large = batch({ messages: ['y'.repeat(25_000)] })
  expect(core.reserve(large.length)).toBeGreaterThan(0)
  expect(core.digest()).toBe(digest)
  expect(core.memory_bytes).toBe(65_536)
})
