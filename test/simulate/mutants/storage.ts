/** Broken stores: who may write, and what is read back. */
import type { Mutant } from './mutant.ts'

export const storageMutants: readonly Mutant[] = [
  {
    name: 'fence-skipped',
    breaks: 'G3: an older owner of the store goes on writing',
    file: 'runtime-ts/src/storage/memory.ts',
    find: 'if (this.newest >= first) {',
    put: 'if (false as boolean) {',
    jobs: ['ring', 'bank'],
  },
  {
    name: 'unknown-outcome-believed',
    breaks: 'G4: an owner goes on writing after a write whose outcome it does not know',
    file: 'runtime-ts/src/storage/owner.ts',
    find: 'throw this.#ended\n    }\n    this.#head = head',
    put: 'this.#ended = undefined\n    }\n    this.#head = head',
    jobs: ['bank', 'ring'],
  },
  {
    name: 'head-too-far',
    breaks: 'G4: the newest record names a head behind what is still needed',
    file: 'runtime-ts/src/storage/owner.ts',
    find: 'if (entry.version >= keepFrom) break',
    put: 'if (entry.version > keepFrom) break',
    jobs: ['bank', 'ring'],
  },
  {
    name: 'part-forgotten',
    breaks: 'G1: of a large commit only the first part is written',
    file: 'runtime-ts/src/storage/owner.ts',
    find: 'const parts = Math.max(1, Math.ceil(commit.bytes.length / part_bytes))',
    put: 'const parts = 1',
    jobs: ['shop', 'bank'],
  },
  {
    name: 'damage-passed-over',
    breaks: 'G10: a torn value is taken as it is',
    file: 'runtime-ts/src/storage/record.ts',
    find: 'if (checksum !== computed) throw',
    put: 'if (checksum < 0) throw',
    jobs: ['loss'],
  },
]
