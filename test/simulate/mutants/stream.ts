/** Broken streams: windows, keys that are spread, and keys that move. */
import type { Mutant } from './mutant.ts'

export const streamMutants: readonly Mutant[] = [
  {
    name: 'window-fired-twice',
    breaks: 'G2: a window that is over stays, and its result comes again',
    file: 'runtime-ts/src/stream/panes.ts',
    find: '      panes.splice(0, over)\n',
    put: '',
    jobs: ['stream'],
  },
  {
    name: 'watermark-in-memory',
    breaks: 'G1: how late it is outlives a step that was undone',
    file: 'runtime-ts/src/stream/stamp.ts',
    find: 'this.#seen_ms = seen_ms ?? Number.NEGATIVE_INFINITY',
    put: 'this.#seen_ms = Math.max(this.#seen_ms, seen_ms ?? Number.NEGATIVE_INFINITY)',
    jobs: ['stream'],
  },
  {
    name: 'watermark-not-told',
    breaks: 'G7: a part that gets no records never closes its windows',
    file: 'runtime-ts/src/stream/shuffle.ts',
    find: 'if (isLater || load.records > 0)',
    put: 'if (load.records > 0)',
    jobs: ['stream'],
  },
  {
    name: 'part-out-of-order',
    breaks: 'G2: a window is closed before its records, which were to be tried again',
    file: 'runtime-ts/src/stream/keyed-part.ts',
    find: 'if (number !== expected) return',
    put: 'if (number < 0) return',
    jobs: ['stream'],
  },
  {
    name: 'part-not-released',
    breaks: 'G7: what waits for its turn is not taken up when it comes',
    file: 'runtime-ts/src/stream/keyed-part.ts',
    find: 'step.release(',
    put: 'void (',
    jobs: ['stream'],
  },
  {
    name: 'key-left-behind',
    breaks: 'G2: a key that has moved is still where it was, too',
    file: 'runtime-ts/src/stream/keyed-part.ts',
    find: '        cells.delete(key)\n',
    put: '',
    jobs: ['stream'],
  },
  {
    name: 'records-before-keys',
    breaks: 'G2: a record comes to its new part before the state of its key',
    file: 'runtime-ts/src/stream/spread.ts',
    find: 'if (!this.#isMoving && this.#waiting?.size === 0) {',
    put: 'if (this.#now.moving >= 0) {',
    jobs: ['stream'],
  },
  {
    name: 'keys-on-the-way-not-counted',
    breaks: 'G2: records go on while keys are on their way to their new part',
    file: 'runtime-ts/src/stream/spread.ts',
    find: 'return this.#now.moving > 0 || this.#now.onTheWay !== 0',
    put: 'return this.#now.moving > 0',
    jobs: ['stream'],
  },
]
