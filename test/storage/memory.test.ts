import { faultyMemory } from '../../runtime-ts/src/storage/memory-faults.ts'
import { conformance } from './conformance.ts'
import type { Place } from './place.ts'

for (const [name, part_bytes_max] of [
  ['memory', undefined],
  ['memory in parts', 100],
] as const) {
  conformance(name, { splits: part_bytes_max !== undefined }, async (body) => {
    const medium = faultyMemory(part_bytes_max === undefined ? {} : { part_bytes_max })
    const place: Place = {
      storage: () => medium,
      numbers: async () => [...medium.numbers],
      peek: async (number) => medium.peek(number),
      poke: async (number, value) => medium.poke(number, value),
      wipe: async () => medium.wipe(),
    }
    await body(place)
  })
}
