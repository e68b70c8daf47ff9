/**
 * Numbered values in a file of this machine: changes are appended, and are on the disk when `fsync` says so. For the
 * benchmark: what is cleared is forgotten, but its room in the file is not given back.
 *
 * @module
 */
import { type FileHandle, open, readFile } from 'node:fs/promises'
import type { Cells, Change, Clearing } from '../../../runtime-ts/src/storage/cells.ts'
import { type Medium, MemoryCells } from '../../../runtime-ts/src/storage/memory.ts'

/** Before each value in the file: its number, and its length in bytes. */
const head_bytes = 16

/** All that is read is kept in memory; the file is what outlives the process. */
export class FileCells implements Cells {
  readonly part_bytes_max: number
  readonly values_per_read: number
  readonly clear_max: number
  readonly #memory: MemoryCells
  readonly #file: FileHandle
  readonly #flush_ms: number

  private constructor(memory: MemoryCells, file: FileHandle, flush_ms: number) {
    this.part_bytes_max = memory.part_bytes_max
    this.values_per_read = memory.values_per_read
    this.clear_max = memory.clear_max
    this.#memory = memory
    this.#file = file
    this.#flush_ms = flush_ms
  }

  /** @param flush_ms each `fsync` takes so much longer */
  static async open(path: string, medium: Medium, flush_ms: number): Promise<FileCells> {
    const file = await open(path, 'a')
    const bytes = await readFile(path)
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    for (let at = 0; at + head_bytes <= bytes.length; ) {
      const number = view.getFloat64(at, true)
      const end = at + head_bytes + view.getFloat64(at + 8, true)
      if (end > bytes.length) break // torn: it was never told to be durable
      medium.values.set(number, Uint8Array.from(bytes.subarray(at + head_bytes, end)))
      medium.newest = Math.max(medium.newest, number)
      at = end
    }
    return new FileCells(new MemoryCells(medium), file, flush_ms)
  }

  async #append(number: number, value: Uint8Array): Promise<void> {
    const head = new DataView(new ArrayBuffer(head_bytes))
    head.setFloat64(0, number, true)
    head.setFloat64(8, value.length, true)
    await this.#file.appendFile(Buffer.concat([new Uint8Array(head.buffer), value]))
  }

  async #flush(): Promise<void> {
    await this.#file.sync()
    if (this.#flush_ms > 0) await new Promise<void>((resolve) => setTimeout(resolve, this.#flush_ms))
  }

  async first(mint: () => Uint8Array<ArrayBuffer>): Promise<unknown> {
    const found = await this.#memory.get(0)
    if (found !== undefined) return found
    const minted = await this.#memory.first(mint)
    if (minted instanceof Uint8Array) await this.#append(0, minted)
    await this.#flush()
    return minted
  }

  newest(): Promise<{ readonly number: number; readonly value: unknown } | undefined> {
    return this.#memory.newest()
  }

  get(number: number): Promise<unknown> {
    return this.#memory.get(number)
  }

  read(from: number, to: number): Promise<readonly unknown[]> {
    return this.#memory.read(from, to)
  }

  async write(change: Change): Promise<void> {
    await this.#memory.write(change)
    for (const { number, value } of change.add) await this.#append(number, value)
    await this.#flush()
  }

  free(clear: Clearing): Promise<void> {
    return this.#memory.free(clear)
  }

  async close(): Promise<void> {
    await this.#memory.close()
    await this.#file.close()
  }
}
