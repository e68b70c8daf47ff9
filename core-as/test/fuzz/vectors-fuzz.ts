/**
 * Hostile vectors: as bytes for the codec, and as numbers of any kind for both implementations.
 *
 * @module
 */
import { decodeVector, encodeVector, vectorBytes } from '../../src/vector-codec.ts'
import type { Vectors, VectorsMaker } from '../../src/vectors.ts'
import { must, mutate, type Next, randomBytes } from './hostile-bytes.ts'

const limits = { hosts_max: 5, entries_max: 6, version: 1 }
const numbers_max = limits.entries_max * 3

export class VectorsFuzz {
  input: Uint8Array = new Uint8Array(0)
  readonly counts: Map<string, number>
  readonly #next: Next
  readonly #makers: readonly [VectorsMaker, VectorsMaker]
  #both: readonly Vectors[]

  constructor(next: Next, makers: readonly [wasm: VectorsMaker, twin: VectorsMaker], counts: Map<string, number>) {
    this.#next = next
    this.#makers = makers
    this.counts = counts
    this.#both = makers.map((make) => make(limits))
  }

  round(): void {
    const next = this.#next
    const bytes = this.#bytes()
    this.input = bytes
    const into = new Float64Array(numbers_max).fill(-1)
    const decoded = decodeVector(bytes, into, limits.hosts_max)
    must(decoded === decodeAnswer(bytes), `vector: expected ${decodeAnswer(bytes)}, got ${decoded}`)
    const written = into.findLastIndex((number) => number !== -1) + 1
    must(written === (typeof decoded === 'string' ? 0 : decoded * 3), `vector: ${decoded}, and ${written} written`)
    this.#count(`vector ${typeof decoded === 'string' ? decoded : 'ok'}`)

    for (const each of this.#both) each.entries.fill(-1)
    if (next(4) === 0) for (const each of this.#both) each.seal()
    if (next(8) === 0) for (const each of this.#both) each.freeze()
    const count = typeof decoded === 'string' ? 1 + next(3) : decoded
    // What came, or any bits at all.
    const numbers = typeof decoded === 'string' || next(8) === 0 ? anyNumbers(next) : into
    if (next(4) === 0) this.#stable(numbers, count)
    else this.#merge(numbers, count)
    const [left, right] = this.#both.map((each) => each.digest())
    must(left === right, 'vectors: they differ')
    if ((this.#both[0]?.open ?? 0) > 20) this.#both = this.#makers.map((make) => make(limits))
  }

  #bytes(): Uint8Array {
    const next = this.#next
    const count = next(16) === 0 ? limits.entries_max + 1 : next(4)
    const entries = new Float64Array(count * 3)
    for (let nth = 0; nth < count; nth++) entries.set([next(5), 100 + next(3), next(50)], nth * 3)
    const bytes = new Uint8Array(vectorBytes(count))
    encodeVector(entries, count, bytes)
    return next(8) === 0 ? randomBytes(next) : next(2) === 0 ? bytes : mutate(bytes, next)
  }

  #merge(numbers: Float64Array, count: number): void {
    const before = this.#both[0]?.digest()
    const [left, right] = this.#both.map((each) => {
      each.entries.set(numbers)
      return each.merge(count)
    })
    must(left === right, `merge: wasm answered ${left}, the twin ${right}`)
    const wrong = numbers.subarray(0, count * 3).some((number, nth) => !isEntryNumber(number, nth))
    must(wrong === (left === 'bad_entry'), `merge: answered ${left}`)
    if (left !== 'new') for (const each of this.#both) must(each.digest() === before, `merge: ${left}, and changed`)
    this.#count(`merge ${left}`)
  }

  #stable(numbers: Float64Array, count: number): void {
    const [left, right] = this.#both.map((each) => {
      each.entries.set(numbers)
      return each.stable(count)
    })
    must(left === right, `stable: wasm answered ${left}, the twin ${right}`)
    this.#count('stable')
  }

  #count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1)
  }
}

function isEntryNumber(number: number, nth: number): boolean {
  return Number.isSafeInteger(number) && number >= 0 && (nth % 3 > 0 || number < limits.hosts_max)
}

/** Any 64 bits, and numbers at the edges. */
function anyNumbers(next: Next): Float64Array {
  const bits = new Uint32Array(numbers_max * 2)
  for (let nth = 0; nth < bits.length; nth++) bits[nth] = next(2 ** 32)
  const numbers = new Float64Array(bits.buffer)
  const edges = [0, 1, 4, 5, -1, 0.5, 2 ** 53 - 1, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY, -0]
  return numbers.map((number) => (next(4) === 0 ? number : (edges[next(edges.length)] ?? 0)))
}

/** What FORMAT.md asks for. */
function decodeAnswer(bytes: Uint8Array): number | string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 8 || view.getUint32(4, true) !== 0) return 'bad_vector'
  const count = view.getUint32(0, true)
  if (8 + count * 24 > bytes.length) return 'bad_vector'
  if (count > limits.entries_max) return 'too_large'
  for (let nth = 0; nth < count * 3; nth++) {
    const number = view.getBigUint64(8 + nth * 8, true)
    if (number >= 2n ** 53n || (nth % 3 === 0 && number >= BigInt(limits.hosts_max))) return 'bad_vector'
  }
  return count
}
