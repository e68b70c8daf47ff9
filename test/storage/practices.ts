/**
 * What a store in IndexedDB must do to keep its word, each with the test that stands for it and a mutation that the test
 * notices: the practice left out of the real source.
 *
 * @module
 */
import type { Mutation } from './mutation.ts'

export interface Practice {
  /** What is done. */
  readonly practice: string
  /** What goes wrong without. */
  readonly otherwise: string
  /** The project of the test configuration that shows it. */
  readonly project: 'chromium' | 'firefox' | 'node'
  /** The test's full name. */
  readonly test: string
  readonly without: Mutation
}

const adapter = 'runtime-ts/src/storage/indexed-db.ts'
const connection = 'runtime-ts/src/storage/indexed-db-connection.ts'
const owner = 'runtime-ts/src/storage/owner.ts'
const store = 'runtime-ts/src/storage/store.ts'
const record = 'runtime-ts/src/storage/record.ts'
const chain = 'runtime-ts/src/storage/chain.ts'
const generation = 'runtime-ts/src/storage/generation.ts'

const inOneTransaction =
  'IndexedDB writes strictly, in one transaction a commit, committed in the tick in which it was begun'
const stopped = 'a tab that is stopped in the middle of a commit keeps nobody from claiming and committing'
const budget =
  'a connection that the browser closes is opened again, and the owner writes on, until the budget is used up'
const fenced = 'IndexedDB fences the commit of an owner after a newer claim, and every one after it'
const unexplained = 'a transaction that the browser aborts without saying why'

export const practices: readonly Practice[] = [
  {
    practice: 'every write asks for strict durability',
    otherwise: 'Chromium commits to memory of the system only',
    project: 'chromium',
    test: inOneTransaction,
    without: { file: adapter, find: "'readwrite', { durability: 'strict' })", put: "'readwrite')" },
  },
  {
    practice: 'durable is said on `complete`, not on `success`',
    otherwise: 'what was reported durable is lost',
    project: 'chromium',
    test: 'IndexedDB writes only once the transaction is complete',
    without: {
      file: adapter,
      find: 'Promise.all([transaction.done, ...requests])\n  } catch (error) {\n    // The',
      put: 'Promise.all(requests)\n  } catch (error) {\n    // The',
    },
  },
  {
    practice: '`relaxed` is said where the browser knows no strict hint',
    otherwise: 'a downgrade is silent',
    project: 'chromium',
    test: 'IndexedDB writes says `strict` when it asks for strict transactions, and `relaxed`',
    without: { file: adapter, find: "? 'strict' : 'relaxed'", put: "? 'strict' : 'strict'" },
  },
  {
    practice: 'a transaction is committed in the tick in which it was begun',
    otherwise: 'a tab that freezes holds it open',
    project: 'chromium',
    test: inOneTransaction,
    without: {
      file: adapter,
      find: 'requests.push(store.add(value, number))\n  transaction.commit()',
      put: 'requests.push(store.add(value, number))',
    },
  },
  {
    practice: 'no transaction waits for the thread that began it',
    otherwise: 'a stopped tab blocks every other',
    project: 'node',
    test: stopped,
    without: {
      file: adapter,
      find: 'requests.push(store.add(value, number))\n  transaction.commit()',
      put: 'requests.push(store.add(value, number))',
    },
  },
  {
    practice: 'a number is added, never put',
    otherwise: "an older owner overwrites a newer one's commits",
    project: 'chromium',
    test: fenced,
    without: { file: adapter, find: 'store.add(value, number)', put: 'store.put(value, number)' },
  },
  {
    practice: 'a write counts only if nothing stood above it',
    otherwise: 'an older owner whose numbers were cleared away goes on',
    project: 'chromium',
    test: 'IndexedDB fences a late claim of a store that was truncated and dropped from meanwhile',
    without: { file: adapter, find: 'if (found.length === 0) return', put: 'if (found.length >= 0) return' },
  },
  {
    practice: 'an owner that has failed writes nothing more',
    otherwise: 'what it remembers may not be what is stored',
    project: 'chromium',
    test: `${unexplained} fails with \`storage\` in the end while there is room, writes nothing, and ends its owner`,
    without: {
      file: owner,
      find: 'if (this.#ended !== undefined) return Promise.reject(this.#ended)',
      put: '',
    },
  },
  {
    practice: 'a claim writes the next number',
    otherwise: 'the older owner is not fenced by the store',
    project: 'chromium',
    test: fenced,
    without: {
      file: owner,
      find: 'await cells.write({ add: [{ number, value: encodeRecord(claim) }, ...records], clear: undefined, wakeAt_ms })',
      put: '',
    },
  },
  {
    practice: 'the value is the last request of its transaction',
    otherwise: 'Firefox writes the rest of a failed transaction: the deletions of a fenced commit',
    project: 'firefox',
    test: 'IndexedDB fences an owner that would have deleted what its successor still needs',
    without: {
      file: adapter,
      find: '  transaction.commit()\n  try',
      put: '  requests.push(store.getAllKeys(IDBKeyRange.only(first)))\n  transaction.commit()\n  try',
    },
  },
  {
    practice: 'a full disk undoes all of a transaction',
    otherwise: 'Firefox deletes what the failed commit would have replaced',
    project: 'firefox',
    test: 'a full disk is `quota`, after which the store is as it was, what the commit would have deleted included',
    without: {
      file: adapter,
      find: '  transaction.commit()\n  try',
      put: '  requests.push(store.getAllKeys(IDBKeyRange.only(first)))\n  transaction.commit()\n  try',
    },
  },
  {
    practice: 'a commit is one value where a failed request does not abort the others',
    otherwise: 'Firefox leaves half a commit',
    project: 'firefox',
    test: 'IndexedDB fences an owner of many parts',
    without: { file: adapter, find: "return 'userAgentData' in navigator", put: 'return true' },
  },
  {
    practice: 'in Chromium a large commit stands in values of 60,000 bytes',
    otherwise: 'it takes up to three times as long',
    project: 'chromium',
    test: 'IndexedDB writes a commit of 200,000 bytes as values of at most 60,000',
    without: { file: adapter, find: 'const VALUE_BYTES_MAX = 60_000', put: 'const VALUE_BYTES_MAX = 600_000' },
  },
  {
    practice: 'a commit below that is one value',
    otherwise: 'each request costs a tenth of a millisecond',
    project: 'chromium',
    test: 'IndexedDB writes a commit of 59,000 bytes as one value, whose buffer holds nothing else',
    without: { file: adapter, find: 'const VALUE_BYTES_MAX = 60_000', put: 'const VALUE_BYTES_MAX = 6_000' },
  },
  {
    practice: 'a value is no view of a larger buffer',
    otherwise: 'structured clone copies the whole Wasm memory',
    project: 'chromium',
    test: 'IndexedDB writes a commit of 59,000 bytes as one value, whose buffer holds nothing else',
    without: {
      file: record,
      find: 'new Uint8Array(HEADER_BYTES + record.body.length)',
      put: 'new Uint8Array(new ArrayBuffer(2 ** 20), 0, HEADER_BYTES + record.body.length)',
    },
  },
  {
    practice: 'numbers are never used again, also after a claim that drops the tail',
    otherwise: 'an owner of the dropped tail is not fenced',
    project: 'chromium',
    test: 'IndexedDB never uses a number twice after a claim that drops the tail',
    without: {
      file: owner,
      find: 'const number = (chain?.newest.number ?? 0) + 1\n    const kept = entries.filter((entry) => entry.version <= keep)',
      put: `const kept = entries.filter((entry) => entry.version <= keep)
    const dropped = entries.find((entry) => entry.version > keep)
    const number = dropped?.from ?? (chain?.newest.number ?? 0) + 1
    if (dropped) await cells.free({ from: number, to: Number.MAX_SAFE_INTEGER, keep: 0, more: [] })`,
    },
  },
  {
    practice: 'a claim says which commits it drops',
    otherwise: 'what was rolled back comes back',
    project: 'chromium',
    test: 'IndexedDB claims keep everything up to a version, and drop what is above',
    without: {
      file: owner,
      find: 'entries.find((entry) => entry.version > keep)?.from ?? number',
      put: 'number',
    },
  },
  {
    practice: "truncation leaves the newest claim's record",
    otherwise: 'the store forgets its epoch',
    project: 'chromium',
    test: 'IndexedDB truncates and still knows its claim',
    without: {
      file: adapter,
      find: '{ from, to: Math.min(to, Math.max(from, keep)) },',
      put: '{ from, to: Math.max(to, keep + 1) },',
    },
  },
  {
    practice: 'a deletion rides on a commit',
    otherwise: 'it costs a transaction of its own',
    project: 'chromium',
    test: 'IndexedDB writes a truncation in the transaction of the commit that it comes with',
    without: {
      file: adapter,
      find: 'requests.push(store.delete(range))\n',
      put: "requests.push(database.transaction(STORE, 'readwrite').store.delete(range))\n",
    },
  },
  {
    practice: 'dead values are deleted',
    otherwise: 'the store grows without end',
    project: 'chromium',
    test: 'IndexedDB truncates what is below keepFrom, in the end, and never more',
    without: { file: adapter, find: 'requests.push(store.delete(range))\n', put: 'void range\n' },
  },
  {
    practice: 'opening reads 64 values at a time',
    otherwise: 'a large store takes twice as long to open',
    project: 'chromium',
    test: 'an opening reads at most 64 values at once',
    without: { file: adapter, find: 'const VALUES_PER_READ = 64', put: 'const VALUES_PER_READ = 1_000' },
  },
  {
    practice: 'a full disk is `quota`',
    otherwise: 'the caller cannot know that it helps to make room',
    project: 'chromium',
    test: 'a full disk is `quota` for a commit of 5000000 bytes in one value, after which the store is as it was',
    without: { file: connection, find: "if (name === 'QuotaExceededError')", put: "if (name === 'Quota')" },
  },
  {
    practice: 'an abort without a reason is `quota` when there is no room',
    otherwise: 'Chromium hides a disk that fills up between two values',
    project: 'chromium',
    test: `${unexplained} fails with \`quota\` when there is no room for it`,
    without: { file: adapter, find: '(await isRoomFor(change)) ? error : noRoom(error)', put: 'error' },
  },
  {
    practice: 'an abort without a reason is tried again',
    otherwise: 'the caller loses its ownership for nothing',
    project: 'chromium',
    test: `${unexplained} is written again`,
    without: { file: adapter, find: 'const WRITE_TRIES_MAX = 3', put: 'const WRITE_TRIES_MAX = 1' },
  },
  {
    practice: 'a full disk is made room on by deleting alone',
    otherwise: 'the store stays full for ever',
    project: 'node',
    test: 'faulty memory deletes what is dead when the store is full, so that room can come back',
    without: { file: owner, find: "if (this.#ended.code === 'quota') await this.#makeRoom()", put: '' },
  },
  {
    practice: 'a connection is closed when another wants to delete or upgrade',
    otherwise: 'the other is blocked for ever',
    project: 'chromium',
    test: 'IndexedDB ends with `closed` when somebody deletes the database, and lets them',
    without: {
      file: connection,
      find: 'if (event.target instanceof IDBDatabase) event.target.close()',
      put: 'void event',
    },
  },
  {
    practice: 'the owner is told that its database was taken away',
    otherwise: 'it makes a new one and goes on as if nothing had happened',
    project: 'chromium',
    test: 'IndexedDB ends with `closed` when somebody deletes the database, and lets them',
    without: { file: connection, find: '      superseded()\n', put: '' },
  },
  {
    practice: 'an opening that another blocks is given up',
    otherwise: 'it hangs for ever',
    project: 'chromium',
    test: 'IndexedDB ends with `storage` when an opening stays blocked, and opens once it is free',
    without: { file: connection, find: 'await Promise.race([opening, timeout])', put: 'await opening' },
  },
  {
    practice: 'an opening that came too late is closed',
    otherwise: 'nobody can delete or upgrade the database any more',
    project: 'chromium',
    test: 'an opening that was given up is closed once it succeeds',
    without: { file: connection, find: 'opening.then((late) => late.close())', put: 'opening.then(() => undefined)' },
  },
  {
    practice: 'an opening that the browser drops is tried again',
    otherwise: 'a tab fails at start while the browser clears data',
    project: 'chromium',
    test: 'an opening that the browser drops is tried again, twice',
    without: { file: connection, find: 'const OPEN_TRIES_MAX = 3', put: 'const OPEN_TRIES_MAX = 1' },
  },
  {
    practice: 'a connection that the browser closed is opened again',
    otherwise: 'every write after it fails',
    project: 'chromium',
    test: budget,
    without: { file: connection, find: '    terminated: lost,\n', put: '' },
  },
  {
    practice: 'it is opened again so often a minute, no more',
    otherwise: 'a broken disk is asked without end',
    project: 'chromium',
    test: budget,
    without: {
      file: adapter,
      find: 'if (this.#reopened_ms.length >= this.#reopens_max) {',
      put: 'if (false as boolean) {',
    },
  },
  {
    practice: 'a connection on which something failed is not used again',
    otherwise: 'every retry meets the same dead connection',
    project: 'chromium',
    test: 'an opening whose connection dies while it reads fails once, and then reads on a new one',
    without: { file: adapter, find: 'this.#database = undefined\n        database.close()', put: 'database.close()' },
  },
  {
    practice: 'a connection that is opened again makes no store',
    otherwise: 'the old owner goes on in an empty one when the browser threw the data away',
    project: 'chromium',
    test: 'data that the browser throws away is an error, not a new store under the old owner',
    without: {
      file: connection,
      find: 'const first = mint?.()\n',
      put: 'const first = mint?.() ?? new Uint8Array(80)\n',
    },
  },
  {
    practice: 'a wiped store is another generation',
    otherwise: 'peers take it for the old one',
    project: 'chromium',
    test: 'IndexedDB opens a wiped store as a new generation, younger than the old one, with nothing in it',
    without: {
      file: generation,
      find: 'return mintGeneration(newest_ms, crypto.getRandomValues(new Uint8Array(10)))',
      put: 'return mintGeneration(1, new Uint8Array(10))',
    },
  },
  {
    practice: 'every value is checked by its checksum',
    otherwise: 'damage is taken for data',
    project: 'chromium',
    test: 'IndexedDB notices every flipped byte of every value',
    without: { file: record, find: 'if (checksum !== computed)', put: 'if (false as boolean)' },
  },
  {
    practice: 'every value says where it stands',
    otherwise: 'one that was copied elsewhere is taken for the one that belongs there',
    project: 'chromium',
    test: 'IndexedDB notices a value that is cut short, empty, or of another place',
    without: { file: record, find: 'if (record.number !== number)', put: 'if (false as boolean)' },
  },
  {
    practice: 'the newest value says from where on all must be there',
    otherwise: 'a hole is skipped',
    project: 'chromium',
    test: 'IndexedDB notices a missing value, wherever it is missing',
    without: { file: chain, find: 'if (values.length !== to - from)', put: 'if (false as boolean)' },
  },
  {
    practice: 'a commit in parts has all of them',
    otherwise: 'half a commit is taken for a whole one',
    project: 'chromium',
    test: 'IndexedDB notices half of a commit in parts',
    without: {
      file: chain,
      find: 'if (newest.part !== newest.parts - 1)',
      put: 'if (false as boolean)',
    },
  },
  {
    practice: "a store of another format is refused before anything is written, also the browser's own version",
    otherwise: 'older code destroys what newer code wrote',
    project: 'chromium',
    test: 'IndexedDB ends with `newer_format` at a database of a newer version, and changes nothing',
    without: { file: connection, find: "error.name !== 'VersionError'", put: "error.name !== ''" },
  },
  {
    practice: 'what looks like damage is looked at again when another owner wrote meanwhile',
    otherwise: 'two tabs that fight call a sound store corrupt',
    project: 'node',
    test: 'an opening during which another owner clears what it looks for looks again',
    without: {
      file: store,
      find: 'if (before?.number === after?.number || tries === OPEN_TRIES_MAX) throw error',
      put: 'void after\n      throw error',
    },
  },
]

/** What no test of a storage can show, and why. */
export const untested: readonly { readonly practice: string; readonly why: string }[] = [
  {
    practice: 'the newest commits are missing, or the whole store is of yesterday',
    why: 'nothing in a store says that it should be newer; peers notice at contact',
  },
  {
    practice: 'a process that is stopped from outside within the tick that hands a commit over blocks the others',
    why: 'no order of requests prevents it; browsers freeze pages between two tasks, which is tested',
  },
  {
    practice: 'the live log stays below about 8 MiB',
    why: 'the engine decides what is live; its retention has its own tests',
  },
  {
    practice: 'Safari evicts after seven days without a visit',
    why: 'no test waits so long; the wiped store stands for it',
  },
]
