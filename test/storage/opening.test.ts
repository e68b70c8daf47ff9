import { expect, it } from 'vitest'
import { Medium, MemoryCells } from '../../runtime-ts/src/storage/memory.ts'
import { storageOver } from '../../runtime-ts/src/storage/store.ts'
import { commit, contents, own, version } from './place.ts'

/** A connection on which something happens before its first look at the claim that the newest value names. */
class InterruptedCells extends MemoryCells {
  #before: (() => Promise<void>) | undefined

  constructor(medium: Medium, before: () => Promise<void>) {
    super(medium)
    this.#before = before
  }

  override async get(number: number): Promise<unknown> {
    const before = this.#before
    this.#before = undefined
    await before?.()
    return super.get(number)
  }
}

it('an opening during which another owner clears what it looks for looks again', async () => {
  const medium = new Medium()
  const durability = () => 'memory' as const
  const storage = storageOver({ durability, connect: async () => new MemoryCells(medium) })
  await (await own(storage, 1)).commit(commit(1))
  const interrupted = storageOver({
    durability,
    connect: async () =>
      new InterruptedCells(medium, async () => {
        const other = await own(storage, 2)
        for (let at = 2; at <= 70; at++) await other.commit(commit(at, `v${at}`, { keepFrom: version(at) }))
        expect(medium.values.has(1)).toBe(false)
      }),
  })
  expect(await contents(interrupted)).toEqual(['70:v70'])
})
