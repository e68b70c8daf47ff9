import { abortAllDurableObjects, env, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { describe, expect, it } from 'vitest'
import type { Claimed } from '../../runtime-ts/src/storage/contract.ts'
import { durableObject, type ObjectStorage } from '../../runtime-ts/src/storage/durable-object.ts'
import { conformance } from './conformance.ts'
import { codeOf, commit, contents, noise, own, type Place, version } from './place.ts'

let count = 0
const newName = () => `storage ${count++}`
const stubOf = (name: string) => env.SHELF.getByName(name)
const newStub = () => stubOf(newName())

conformance('Durable Object', { splits: true }, (body) =>
  runInDurableObject(newStub(), async (_, { storage }) => {
    const keyOf = (number: number) => `darq/${String(number).padStart(16, '0')}`
    const place: Place = {
      storage: () => durableObject(storage),
      numbers: async () => [...(await storage.list()).keys()].map((key) => Number(key.slice('darq/'.length))),
      async peek(number) {
        const value = await storage.get(keyOf(number))
        return value instanceof Uint8Array ? value.slice() : undefined
      },
      async poke(number, value) {
        if (value === undefined) await storage.delete([keyOf(number)], { allowUnconfirmed: true })
        else await storage.put(keyOf(number), value, { allowUnconfirmed: true })
      },
      wipe: () => storage.deleteAll(),
    }
    await body(place)
  }),
)

/** The same storage, which notes the calls that change something. */
function noting(storage: ObjectStorage) {
  const calls: { readonly call: string; readonly options: unknown }[] = []
  const note = (call: string, options: unknown) => calls.push({ call, options })
  const noted: ObjectStorage = {
    get: (key) => storage.get(key),
    list: (options) => storage.list(options),
    getAlarm: () => storage.getAlarm(),
    put(key, value, options) {
      note('put', options)
      return storage.put(key, value, options)
    },
    delete(keys, options) {
      note('delete', options)
      return storage.delete(keys, options)
    },
    setAlarm(at_ms, options) {
      note('setAlarm', options)
      return storage.setAlarm(at_ms, options)
    },
    sync() {
      note('sync', undefined)
      return storage.sync()
    },
  }
  return { noted, calls }
}

describe('a commit to a Durable Object', () => {
  it('makes all its calls in the tick in which it is called, none of which holds messages back, and then syncs', () =>
    runInDurableObject(newStub(), async (_, { storage }) => {
      const { noted, calls } = noting(storage)
      const owner = await own(durableObject(noted), 1)
      for (let at = 1; at <= 63; at++) await owner.commit(commit(at, '', { keepFrom: version(at) }))
      calls.length = 0
      const wakeAt_ms = Date.now() + 60_000
      const pending = owner.commit(commit(64, noise(2_500_000), { keepFrom: version(64), wakeAt_ms }))
      expect(calls.map(({ call }) => call)).toEqual(['put', 'put', 'put', 'delete', 'setAlarm'])
      for (const { options } of calls) expect(options).toEqual({ allowUnconfirmed: true })
      await pending
      expect(calls.at(-1)?.call).toBe('sync')
      expect(calls.length).toBe(6)
    }))

  it('reads nothing', () =>
    runInDurableObject(newStub(), async (_, { storage }) => {
      const { noted } = noting(storage)
      let reads = 0
      const counted = <T>(answer: T): T => {
        reads++
        return answer
      }
      const counting: ObjectStorage = {
        ...noted,
        get: (key) => counted(noted.get(key)),
        list: (options) => counted(noted.list(options)),
        getAlarm: () => counted(noted.getAlarm()),
      }
      const owner = await own(durableObject(counting), 1)
      expect(reads).toBeGreaterThan(0)
      reads = 0
      for (let at = 1; at <= 3; at++) await owner.commit(commit(at, '', { wakeAt_ms: Date.now() }))
      expect(reads).toBe(0)
    }))

  it('takes as long as the injected latency, for benchmarks', () =>
    runInDurableObject(newStub(), async (_, { storage }) => {
      const owner = await own(durableObject(storage, { flushLatency_ms: 50 }), 1)
      const from_ms = Date.now()
      await owner.commit(commit(1))
      expect(Date.now() - from_ms).toBeGreaterThanOrEqual(49)
    }))

  it('is there after the object was aborted, and a later commit of the aborted instance is not', async () => {
    const name = newName()
    let zombie: Claimed | undefined
    await runInDurableObject(stubOf(name), async (_, { storage }) => {
      zombie = await own(durableObject(storage), 1)
      await zombie.commit(commit(1))
    })
    await abortAllDurableObjects()
    await runInDurableObject(stubOf(name), async (_, { storage }) => {
      const owner = await own(durableObject(storage), 2)
      const code = await codeOf(async () => zombie?.commit(commit(2, 'zombie')))
      expect(['storage', 'fenced']).toContain(code)
      await owner.commit(commit(2))
      expect(await contents(durableObject(storage))).toEqual(['1:v1', '2:v2'])
    })
  })
})

describe('the alarm', () => {
  const HOUR_MS = 3_600_000

  it('is set with the commit, moved when it must be earlier, and otherwise left alone', () =>
    runInDurableObject(newStub(), async (_, { storage }) => {
      const { noted, calls } = noting(storage)
      const owner = await own(durableObject(noted), 1)
      const now_ms = Date.now()
      const steps = [
        { wakeAt_ms: now_ms + 2 * HOUR_MS, alarm_ms: now_ms + 2 * HOUR_MS, sets: 1 },
        { wakeAt_ms: now_ms + 3 * HOUR_MS, alarm_ms: now_ms + 2 * HOUR_MS, sets: 1 },
        { wakeAt_ms: undefined, alarm_ms: now_ms + 2 * HOUR_MS, sets: 1 },
        { wakeAt_ms: now_ms + HOUR_MS, alarm_ms: now_ms + HOUR_MS, sets: 2 },
      ]
      for (const [index, { wakeAt_ms, alarm_ms, sets }] of steps.entries()) {
        await owner.commit(commit(index + 1, '', { wakeAt_ms }))
        expect(await storage.getAlarm()).toBe(alarm_ms)
        expect(calls.filter(({ call }) => call === 'setAlarm').length).toBe(sets)
      }
    }))

  it('stays ahead of a host that runs, however often it asks to be woken now', () =>
    runInDurableObject(newStub(), async (_, { storage }) => {
      const { noted, calls } = noting(storage)
      const owner = await own(durableObject(noted, { guard_ms: HOUR_MS }), 1)
      const now_ms = Date.now()
      for (let at = 1; at <= 20; at++) await owner.commit(commit(at, '', { wakeAt_ms: now_ms }))
      expect(await storage.getAlarm()).toBeGreaterThanOrEqual(now_ms + HOUR_MS)
      expect(calls.filter(({ call }) => call === 'setAlarm').length).toBe(1)
    }))

  it('is set anew once it is past', () =>
    runInDurableObject(newStub(), async (_, { storage }) => {
      const owner = await own(durableObject(storage), 1)
      const now_ms = Date.now()
      await owner.commit(commit(1, '', { wakeAt_ms: now_ms + HOUR_MS }))
      await storage.deleteAlarm()
      const next = await own(durableObject(storage), 2)
      expect(await storage.getAlarm()).toBe(now_ms + HOUR_MS)
      await next.commit(commit(2, '', { wakeAt_ms: now_ms + 2 * HOUR_MS }))
      expect(await storage.getAlarm()).toBe(now_ms + HOUR_MS)
    }))

  it('is armed again after it rang, while the newest commit asks to be woken', async () => {
    const stub = newStub()
    const wakeAt_ms = Date.now() + HOUR_MS
    await runInDurableObject(stub, async (_, { storage }) => {
      const owner = await own(durableObject(storage), 1)
      await owner.commit(commit(1, '', { wakeAt_ms }))
    })
    expect(await runDurableObjectAlarm(stub)).toBe(true)
    const armed_ms = await runInDurableObject(stub, (_, { storage }) => storage.getAlarm())
    expect(armed_ms).toBe(wakeAt_ms)
  })

  it('is armed again by an instance that knows nothing, and no longer when nothing is asked for', async () => {
    const name = newName()
    const wakeAt_ms = Date.now() + HOUR_MS
    await runInDurableObject(stubOf(name), async (_, { storage }) => {
      const owner = await own(durableObject(storage), 1)
      await owner.commit(commit(1, '', { wakeAt_ms }))
    })
    await abortAllDurableObjects()
    expect(await runDurableObjectAlarm(stubOf(name))).toBe(true)
    await runInDurableObject(stubOf(name), async (_, { storage }) => {
      expect(await storage.getAlarm()).toBe(wakeAt_ms)
      const owner = await own(durableObject(storage), 2)
      await owner.commit(commit(2))
    })
    expect(await runDurableObjectAlarm(stubOf(name))).toBe(true)
    expect(await runInDurableObject(stubOf(name), (_, { storage }) => storage.getAlarm())).toBeNull()
  })

  it('backs off while it rings for nothing', () =>
    runInDurableObject(newStub(), async (_, { storage }) => {
      const store = durableObject(storage, { guard_ms: 10_000 })
      const owner = await own(store, 1)
      const due_ms = Date.now()
      await owner.commit(commit(1, '', { wakeAt_ms: due_ms }))
      const delays_s: number[] = []
      for (let ring = 0; ring < 5; ring++) {
        await storage.deleteAlarm()
        const now_ms = Date.now()
        await store.rearm()
        delays_s.push(Math.round(((await storage.getAlarm()) ?? 0) / 1_000 - now_ms / 1_000))
      }
      expect(delays_s).toEqual([10, 20, 40, 60, 60])
    }))
})
