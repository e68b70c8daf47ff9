/**
 * Growth: ten million producers, ten million pending messages, a log and tables at their limits; memory per item.
 *
 *     node core-as/growth.ts [--core wasm|twin] [--items 10000000]
 *
 * Ends with 1 when something is not found again, or a limit is not answered as it should be.
 *
 * @module
 */
import { parseArgs } from 'node:util'
import { type Core, type CoreLimits, type CoreMaker, Kind, type Lsn } from './src/core.ts'
import { twin } from './src/twin.ts'
import { wasm } from './src/wasm.ts'
import { batch } from './test/frames.ts'

const { values } = parseArgs({ options: { core: { type: 'string' }, items: { type: 'string', default: '10000000' } } })
const items = Number(values.items)
const MiB = 1 << 20
const limits: CoreLimits = {
  log_bytes_max: 2 ** 30,
  message_bytes_max: MiB,
  producers_max: items,
  hash_key: Uint8Array.from({ length: 16 }, (_, nth) => nth * 17),
}

function must(so: boolean, what: string): void {
  if (!so) throw new Error(what)
}

function report(what: string, count: number, bytes: number, started_ms: number): void {
  const elapsed_ms = performance.now() - started_ms
  const each = (bytes / count).toFixed(1).padStart(7)
  const whole = (bytes / MiB).toFixed(0).padStart(6)
  console.log(
    `${what.padEnd(44)} ${count.toString().padStart(9)}  ${whole} MiB ${each} bytes each ${(elapsed_ms / 1000).toFixed(1).padStart(6)} s`,
  )
}

/** A frame of one empty message whose producer's id, 16 bytes, is written anew for every producer. */
const frame = batch({ producer: 'producer 0000000', messages: [''] })
const idWords = new Uint32Array(4)
const id = new Uint8Array(idWords.buffer)
function name(nth: number): void {
  // Spread as random ids are.
  for (let word = 0; word < 4; word++) idWords[word] = Math.imul(nth + 1, 0x9e3779b1 + 2 * word) ^ (nth + word)
  idWords[0] = nth
  frame.set(id, 40)
}

function ingest(core: Core, bytes: Uint8Array): string {
  const at = core.reserve(bytes.length)
  if (at < 0) return 'full'
  core.bytes.set(bytes, at)
  return core.ingest(bytes.length).status
}

/** Consumes everything, as many at a time as `pending` tells, seals, and drops it. */
function drain(core: Core): void {
  for (let from = core.start; ; ) {
    const count = core.pending(from, 1 << Kind.message)
    if (count === 0) break
    const step_bytes = 16 + 4 * count
    const at = core.reserve(Math.ceil(step_bytes / 8) * 8)
    must(at >= 0, 'no room for a step')
    const words = core.words.subarray(at / 4, at / 4 + 4 + count + 1)
    words.fill(0)
    words.set([step_bytes, Kind.completion, count])
    for (let nth = 0; nth < count; nth++) words[4 + nth] = (core.reserved - (core.lsns[nth] ?? 0)) / 8
    from = ((core.lsns[count - 1] ?? 0) + 8) as Lsn
    must(core.step(Math.ceil(step_bytes / 8) * 8) === 'done', 'a step is refused')
  }
  core.seal()
  must(core.snapshot() === 'done', 'no room for a snapshot')
  core.seal()
  core.truncate(core.head)
}

function producers(make: CoreMaker): void {
  const started_ms = performance.now()
  const core = make(limits)
  const empty = core.memory_bytes
  for (let nth = 0; nth < items; nth++) {
    name(nth)
    must(ingest(core, frame) === 'accepted', `producer ${nth} is refused`)
    if (nth % 4_000_000 === 3_999_999) drain(core)
  }
  name(items)
  const digest = items <= MiB ? core.digest() : 0
  must(ingest(core, frame) === 'full', 'one producer too many is taken')
  must(digest === 0 || core.digest() === digest, 'a refused producer left a trace')
  for (let nth = 0; nth < items; nth += 997) {
    name(nth)
    must(core.expected(id) === 2, `producer ${nth} is not found`)
  }
  const snapshot_bytes = core.snapshot_bytes
  report('producers (16-byte ids): a snapshot of them', items, snapshot_bytes, started_ms)
  report('producers and the log that brought them', items, core.memory_bytes - empty, started_ms)
}

function pending(make: CoreMaker): void {
  const started_ms = performance.now()
  const core = make(limits)
  const empty = core.memory_bytes
  const messages = Array.from({ length: 250 }, () => 'payload!')
  const frames = batch({ producer: 'one', messages })
  const view = new DataView(frames.buffer)
  for (let nth = 0; nth < items; nth += 250) {
    view.setBigUint64(8, BigInt(nth + 1), true)
    must(ingest(core, frames) === 'accepted', `message ${nth} is refused`)
  }
  must(core.unconsumed === items, 'not all are pending')
  report('pending messages (8-byte payloads): the log', items, core.end - core.start, started_ms)
  report('all memory', items, core.memory_bytes - empty, started_ms)
  const draining_ms = performance.now()
  drain(core)
  must(core.unconsumed === 0 && core.end - core.start < 200, 'they are not all gone')
  report('consumed 1,024 at a time and dropped', items, core.end - core.start, draining_ms)
}

/** Fills a log until it says so, drains it, and again: it takes no more memory than the first time. */
function atTheLimit(make: CoreMaker, log_bytes_max: number): void {
  const started_ms = performance.now()
  const core = make({ ...limits, log_bytes_max })
  const frames = batch({ messages: Array.from({ length: 32 }, () => 'x'.repeat(16_384)) })
  let count = 0
  let memory_bytes = 0
  for (let round = 0; round < 5; round++) {
    while (ingest(core, frames) === 'accepted') count += 32
    const { end, unconsumed } = core
    must(core.end - core.start > log_bytes_max - frames.length - 64, 'full too early')
    must(core.reserve(frames.length) === -1, 'a full log has room')
    must(core.end === end && core.unconsumed === unconsumed, 'what did not fit left a trace')
    drain(core)
    if (round === 0) memory_bytes = core.memory_bytes
    must(core.memory_bytes === memory_bytes, `memory grew from ${memory_bytes} to ${core.memory_bytes}`)
  }
  report(`a log filled to ${log_bytes_max / MiB} MiB and drained, 5 times`, count, memory_bytes, started_ms)
}

const makers: Record<string, () => Promise<CoreMaker>> = { wasm, twin: async () => twin() }
for (const [what, maker] of Object.entries(makers)) {
  if (values.core !== undefined && values.core !== what) continue
  console.log(`\n${what}`)
  const make = await maker()
  pending(make)
  atTheLimit(make, 64 * MiB)
  atTheLimit(make, 1024 * MiB)
  producers(make)
}
