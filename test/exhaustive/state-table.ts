/**
 * The states that were visited, each a few numbers, in the order in which they were found. They are compared whole: no two are
 * taken for one.
 *
 * @module
 */

const block_rows = 1 << 18
const nothing = 0xffff_ffff

export class StateTable {
  /** Numbers of a state. */
  readonly words: number
  size = 0
  /** Its numbers, and the state that it was found from, in blocks: nothing is copied when there are more. */
  readonly #blocks: Uint32Array[] = []
  /** Open addressing. */
  #index = new Uint32Array(1 << 16).fill(nothing)

  constructor(words: number) {
    this.words = words
  }

  /** @returns whether it is new: it is the last then */
  add(state: Uint32Array, from: number): boolean {
    const at = this.#find(state)
    if (this.#index[at] !== nothing) return false
    const row = this.size
    const inBlock = row % block_rows
    if (inBlock === 0) this.#blocks.push(new Uint32Array(block_rows * (this.words + 1)))
    const block = this.#blockOf(row)
    block.set(state, inBlock * (this.words + 1))
    block[inBlock * (this.words + 1) + this.words] = from
    this.#index[at] = row
    this.size += 1
    if (this.size * 3 > this.#index.length * 2) this.#grow()
    return true
  }

  /** @returns its number; -1 for one that was not visited */
  find(state: Uint32Array): number {
    const row = this.#index[this.#find(state)] ?? nothing
    return row === nothing ? -1 : row
  }

  read(row: number, state: Uint32Array): void {
    const block = this.#blockOf(row)
    const at = (row % block_rows) * (this.words + 1)
    for (let word = 0; word < this.words; word += 1) state[word] = block[at + word] ?? 0
  }

  /** The state that it was found from; its own number for the first. */
  from(row: number): number {
    return this.#blockOf(row)[(row % block_rows) * (this.words + 1) + this.words] ?? 0
  }

  #blockOf(row: number): Uint32Array {
    const block = this.#blocks[Math.floor(row / block_rows)]
    if (!block) throw new Error(`there is no state ${row}`)
    return block
  }

  /** Where it stands in the index, or would stand. */
  #find(state: Uint32Array): number {
    const mask = this.#index.length - 1
    const { words } = this
    for (let at = hashOf(state) & mask; ; at = (at + 1) & mask) {
      const row = this.#index[at] ?? nothing
      if (row === nothing) return at
      const block = this.#blockOf(row)
      const start = (row % block_rows) * (words + 1)
      let word = 0
      while (word < words && block[start + word] === state[word]) word += 1
      if (word === words) return at
    }
  }

  #grow(): void {
    this.#index = new Uint32Array(this.#index.length * 2).fill(nothing)
    const mask = this.#index.length - 1
    const state = new Uint32Array(this.words)
    for (let row = 0; row < this.size; row += 1) {
      this.read(row, state)
      let at = hashOf(state) & mask
      while (this.#index[at] !== nothing) at = (at + 1) & mask
      this.#index[at] = row
    }
  }
}

/** Mixes as MurmurHash3 does. */
function hashOf(state: Uint32Array): number {
  let hash = 0x9747_b28c
  for (const word of state) {
    let mixed = Math.imul(word, 0xcc9e_2d51)
    mixed = (mixed << 15) | (mixed >>> 17)
    hash ^= Math.imul(mixed, 0x1b87_3593)
    hash = (hash << 13) | (hash >>> 19)
    hash = (Math.imul(hash, 5) + 0xe654_6b64) | 0
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
