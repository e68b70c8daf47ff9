/**
 * One DARQ's state in memory: what is committed, and over it what the open step has written.
 *
 * @module
 */
import type { Definition } from '../crest/define/definition.ts'
import { readOutput, versionOf } from '../crest/define/schema.ts'
import type { Table } from '../crest/define/state.ts'
import { encodePlainBytes } from '../crest/wire/plain.ts'
import { DarqError } from '../error.ts'
import { below, keyOf, listOf, partsOf, type Writes } from './row.ts'
import type { Rows } from './store.ts'

/** `undefined`: deleted. */
type Change = { readonly value: unknown } | undefined
export type Changes = ReadonlyMap<string, ReadonlyMap<string, Change>>

export class Cells {
  readonly #darq: string
  readonly #definition: Definition
  readonly #committed = new Map<string, Map<string, unknown>>()
  #changes: Map<string, Map<string, Change>> | undefined
  #loading = true

  constructor(darq: string, definition: Definition) {
    this.#darq = darq
    this.#definition = definition
  }

  get isLoaded(): boolean {
    return !this.#loading
  }

  /** @throws {DarqError} `newer_version`, `schema`: the rows hold what this code can't read */
  async load(rows: Rows): Promise<void> {
    if (!this.#loading) return
    const schemas = new Map(this.#definition.cells.map(({ name, schema }) => [name, schema]))
    for (const [row, bytes] of await rows.list(below('cell', this.#darq))) {
      const [, cell = '', key = ''] = partsOf(row)
      const [value, version] = listOf(bytes)
      const schema = schemas.get(cell)
      const read = schema === undefined ? value : readOutput(schema, value, typeof version === 'number' ? version : 0)
      this.#table(cell).set(key, read)
    }
    this.#loading = false
  }

  #table(cell: string): Map<string, unknown> {
    let table = this.#committed.get(cell)
    if (table === undefined) {
      table = new Map()
      this.#committed.set(cell, table)
    }
    return table
  }

  has(cell: string, key: string): boolean {
    const changed = this.#changes?.get(cell)
    return changed?.has(key) ? changed.get(key) !== undefined : (this.#committed.get(cell)?.has(key) ?? false)
  }

  get(cell: string, key: string): unknown {
    const changed = this.#changes?.get(cell)
    return changed?.has(key) ? changed.get(key)?.value : this.#committed.get(cell)?.get(key)
  }

  *entries(cell: string): Generator<[string, unknown]> {
    const changed = this.#changes?.get(cell)
    for (const [key, value] of this.#committed.get(cell) ?? []) if (!changed?.has(key)) yield [key, value]
    for (const [key, change] of changed ?? []) if (change !== undefined) yield [key, change.value]
  }

  size(cell: string): number {
    let size = this.#committed.get(cell)?.size ?? 0
    for (const [key, change] of this.#changes?.get(cell) ?? [])
      size += Number(change !== undefined) - Number(this.#committed.get(cell)?.has(key) ?? false)
    return size
  }

  /** @throws {DarqError} `step_closed` outside a step */
  set(cell: string, key: string, value: unknown): void {
    this.#write(cell, key, { value })
  }
  delete(cell: string, key: string): void {
    this.#write(cell, key, undefined)
  }

  #write(cell: string, key: string, change: Change): void {
    if (this.#changes === undefined)
      throw new DarqError('step_closed', { facts: { expected: 'a change inside a step', cell } })
    const changed = this.#changes.get(cell)
    if (changed === undefined) this.#changes.set(cell, new Map([[key, change]]))
    else changed.set(key, change)
  }

  begin(): void {
    this.#changes = new Map()
  }

  /** Ends the step's writing: until `apply`, everybody reads what was there before. */
  end(): Changes {
    const changes = this.#changes ?? new Map()
    this.#changes = undefined
    return changes
  }

  /** @throws {DarqError} `schema` when a value can't be kept */
  write(changes: Changes, writes: Writes): void {
    const versions = new Map(this.#definition.cells.map(({ name, schema }) => [name, schema && versionOf(schema)]))
    for (const [cell, changed] of changes)
      for (const [key, change] of changed) {
        const value = change && encodePlainBytes([change.value, versions.get(cell) ?? 0])
        writes.set(keyOf('cell', this.#darq, cell, key), value)
      }
  }

  /** The step is committed. */
  apply(changes: Changes): void {
    for (const [cell, changed] of changes)
      for (const [key, change] of changed) {
        if (change === undefined) this.#committed.get(cell)?.delete(key)
        else this.#table(cell).set(key, change.value)
      }
  }
}

/** @returns `step.state` over these cells */
export function stateOver(cells: Cells, definition: Definition): object {
  const state = {}
  for (const { name, table, initial } of definition.cells) {
    const made = table ? new CellTable(cells, name) : undefined
    Object.defineProperty(state, name, {
      enumerable: true,
      get: () => made ?? (cells.has(name, '') ? cells.get(name, '') : initial),
      ...(made === undefined && { set: (value: unknown) => cells.set(name, '', value) }),
    })
  }
  return state
}

class CellTable implements Table<unknown> {
  readonly #cells: Cells
  readonly #name: string

  constructor(cells: Cells, name: string) {
    this.#cells = cells
    this.#name = name
  }

  get(key: string): unknown {
    return this.#cells.get(this.#name, key)
  }
  has(key: string): boolean {
    return this.#cells.has(this.#name, key)
  }
  set(key: string, value: unknown): void {
    this.#cells.set(this.#name, key, value)
  }
  update(key: string, change: (old: unknown) => unknown): void {
    this.set(key, change(this.get(key)))
  }
  delete(key: string): void {
    this.#cells.delete(this.#name, key)
  }
  get size(): number {
    return this.#cells.size(this.#name)
  }
  *entries({ prefix = '' }: { prefix?: string } = {}): IterableIterator<[string, unknown]> {
    for (const entry of this.#cells.entries(this.#name)) if (entry[0].startsWith(prefix)) yield entry
  }
}
