import { describe, expect, it } from 'vitest'
import { mintGeneration } from '../../runtime-ts/src/storage/generation.ts'
import { type Fate, faultyMemory, type MemoryWrite } from '../../runtime-ts/src/storage/memory-faults.ts'
import { codeOf, commit, contents, own, version } from './place.ts'

describe('faulty memory', () => {
  /** A memory whose next writes meet the fates that are pushed, and succeed after them. */
  const fated = () => {
    const fates: (Fate | Promise<Fate>)[] = []
    const writes: MemoryWrite[] = []
    const memory = faultyMemory({
      fate(write) {
        writes.push(write)
        return fates.shift() ?? 'written'
      },
    })
    return { memory, fates, writes }
  }

  for (const [fate, code, isWritten] of [
    ['failed', 'storage', false],
    ['quota', 'quota', false],
    ['disconnected', 'storage', false],
    ['unknown', 'storage', true],
  ] as const) {
    it(`lets a commit that is ${fate} fail with ${code}, ${isWritten ? 'written' : 'not written'}, and ends its owner`, async () => {
      const { memory, fates, writes } = fated()
      const owner = await own(memory, 1)
      await owner.commit(commit(1))
      fates.push(fate)
      expect(await codeOf(() => owner.commit(commit(2)))).toBe(code)
      const count = writes.length
      expect(await codeOf(() => owner.commit(commit(3)))).toBe(code)
      expect(writes.length).toBe(count)
      const next = await own(memory, 2)
      await next.commit(commit(9))
      expect(await contents(memory)).toEqual(isWritten ? ['1:v1', '2:v2', '9:v9'] : ['1:v1', '9:v9'])
    })
  }

  it('lets a claim fail, after which the old owner still owns', async () => {
    const { memory, fates } = fated()
    const owner = await own(memory, 1)
    fates.push('failed')
    expect(await codeOf(() => own(memory, 2))).toBe('storage')
    await owner.commit(commit(1))
    expect(await contents(memory)).toEqual(['1:v1'])
  })

  it('holds a slow commit back until it is let go, and fences it when a claim came first', async () => {
    const { memory, fates } = fated()
    const owner = await own(memory, 1)
    const slow = Promise.withResolvers<Fate>()
    fates.push(slow.promise)
    const code = codeOf(() => owner.commit(commit(1)))
    expect(await contents(memory)).toEqual([])
    const next = await own(memory, 2)
    slow.resolve('written')
    expect(await code).toBe('fenced')
    await next.commit(commit(1, 'next'))
    expect(await contents(memory)).toEqual(['1:next'])
  })

  it('loses the tail and keeps what was before it', async () => {
    const memory = faultyMemory()
    const owner = await own(memory, 1)
    for (const at of [1, 2, 3, 4]) await owner.commit(commit(at))
    memory.loseTail(2)
    expect(await codeOf(() => owner.commit(commit(5)))).toBe('storage')
    expect(await contents(memory)).toEqual(['1:v1', '2:v2'])
  })

  it('tears a value, which is noticed', async () => {
    const memory = faultyMemory()
    const owner = await own(memory, 1)
    await owner.commit(commit(1, 'x'.repeat(500)))
    memory.tear()
    expect(await codeOf(() => contents(memory))).toBe('corrupt')
  })

  it('disconnects whoever is connected, and lets them open anew', async () => {
    const memory = faultyMemory()
    const owner = await own(memory, 1)
    memory.disconnect()
    expect(await codeOf(() => owner.commit(commit(1)))).toBe('storage')
    await (await own(memory, 2)).commit(commit(1))
    expect(await contents(memory)).toEqual(['1:v1'])
  })

  it('is wiped, and comes back as the generation that it is told', async () => {
    let births = 0
    const memory = faultyMemory({ generation: () => mintGeneration(++births, new Uint8Array(10)) })
    const { generation } = await memory.open()
    memory.wipe()
    const opened = await memory.open()
    expect(generation).toBe('000000001-00000000000000000000')
    expect(opened.generation).toBe('000000002-00000000000000000000')
  })

  it('goes back in time, as the same generation', async () => {
    const memory = faultyMemory()
    const owner = await own(memory, 1)
    await owner.commit(commit(1, 'v1', { wakeAt_ms: 5 }))
    const image = memory.snapshot()
    await owner.commit(commit(2, 'v2', { keepFrom: version(2) }))
    const { generation } = await memory.open()
    memory.restore(image)
    expect(await contents(memory)).toEqual(['1:v1'])
    expect(memory.wakeAt_ms).toBe(5)
    expect((await memory.open()).generation).toBe(generation)
  })

  it('knows the wake time that the newest commit asked for, across claims', async () => {
    const memory = faultyMemory()
    const owner = await own(memory, 1)
    await owner.commit(commit(1, '', { wakeAt_ms: 7_000 }))
    expect(memory.wakeAt_ms).toBe(7_000)
    const next = await own(memory, 2)
    expect(memory.wakeAt_ms).toBe(7_000)
    await next.commit(commit(2))
    expect(memory.wakeAt_ms).toBeUndefined()
  })

  it('deletes what is dead when the store is full, so that room can come back', async () => {
    const { memory, fates } = fated()
    const owner = await own(memory, 1)
    for (let at = 1; at <= 40; at++) await owner.commit(commit(at, '', { keepFrom: version(at) }))
    expect(memory.numbers.length).toBe(42)
    fates.push('quota')
    expect(await codeOf(() => owner.commit(commit(41, '', { keepFrom: version(41) })))).toBe('quota')
    expect(memory.numbers.length).toBe(3)
    expect(await contents(memory)).toEqual(['40:'])
  })
})
