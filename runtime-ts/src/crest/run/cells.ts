import { invalid, shown } from '../../options.ts'
import type { Definition } from '../define/definition.ts'
import { readOutput, type Schema, versionOf } from '../define/schema.ts'
import type { Table } from '../define/state.ts'
import type { Entry, Ledger, ReadCell } from './ledger.ts'

const parts: unique symbol = Symbol('parts')
interface Parts {
  readonly ledger: Ledger
  readonly entries: readonly Entry[]
  readonly tables: readonly CellTable[]
}
type StateClass = new (ledger: Ledger) => object
const classes = new WeakMap<Definition, StateClass>()

/** @returns the state of one DARQ, over its ledger */
export function stateOf(definition: Definition, ledger: Ledger): object {
  let made = classes.get(definition)
  if (made === undefined) {
    made = stateClass(definition)
    classes.set(definition, made)
  }
  return new made(ledger)
}

function stateClass({ cells }: Definition): StateClass {
  const single = cells.filter(({ table }) => !table)
  const tables = cells.filter(({ table }) => table)
  class State {
    readonly [parts]: Parts
    constructor(ledger: Ledger) {
      this[parts] = {
        ledger,
        entries: single.map(({ name, initial }) => ledger.entry(name, '', initial)),
        tables: tables.map(({ name }) => new CellTable(ledger, name)),
      }
      // The ledger's bookkeeping is nobody's state: it doesn't show when the state is looked at.
      Object.defineProperty(this, parts, { enumerable: false })
    }
  }
  for (const [index, { name }] of single.entries()) {
    Object.defineProperty(State.prototype, name, {
      enumerable: true,
      get(this: State): unknown {
        return this[parts].entries[index]?.value
      },
      set(this: State, value: unknown) {
        const entry = this[parts].entries[index]
        if (entry !== undefined) this[parts].ledger.write(entry, value)
      },
    })
  }
  for (const [index, { name }] of tables.entries()) {
    Object.defineProperty(State.prototype, name, {
      enumerable: true,
      get(this: State): unknown {
        return this[parts].tables[index]
      },
    })
  }
  return State
}

class CellTable implements Table<unknown> {
  readonly #ledger: Ledger
  readonly #cell: string
  readonly #entries: ReadonlyMap<string, Entry>

  constructor(ledger: Ledger, cell: string) {
    this.#ledger = ledger
    this.#cell = cell
    this.#entries = ledger.table(cell)
  }

  get(key: string): unknown {
    const entry = this.#entries.get(key)
    return entry?.present ? entry.value : undefined
  }

  has(key: string): boolean {
    return this.#entries.get(key)?.present ?? false
  }

  set(key: string, value: unknown): void {
    this.#ledger.set(this.#cell, checkKey(key), value)
  }

  update(key: string, change: (old: unknown) => unknown): void {
    this.set(key, change(this.get(key)))
  }

  delete(key: string): void {
    this.#ledger.delete(this.#cell, key)
  }

  get size(): number {
    return this.#ledger.size(this.#cell)
  }

  *entries({ prefix = '' }: { prefix?: string } = {}): IterableIterator<[string, unknown]> {
    for (const [key, entry] of this.#entries) if (entry.present && key.startsWith(prefix)) yield [key, entry.value]
  }
}

/** A key that is no string would be stored, and could not be read again: for callers without types. */
function checkKey(key: string): string {
  if (typeof key === 'string') return key
  throw invalid('a table’s key: a string', shown(key))
}

/** @returns how a stored value of a cell is read; a cell that the code no longer has keeps its value as it is */
export function cellReader({ cells }: Definition): ReadCell {
  const schemas = new Map<string, Schema | undefined>(cells.map(({ name, schema }) => [name, schema]))
  return (cell, value, version) => {
    const schema = schemas.get(cell)
    return schema === undefined ? value : readOutput(schema, value, version)
  }
}

/** @returns the version number of each cell's schema that has one */
export function cellVersions({ cells }: Definition): ReadonlyMap<string, number> {
  const numbers = cells.map(({ name, schema }) => [name, schema === undefined ? 0 : versionOf(schema)] as const)
  return new Map(numbers.filter(([, number]) => number > 0))
}
