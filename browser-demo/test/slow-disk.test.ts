import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { SlowDisk } from '../src/slow-disk.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A storage that notes what reaches it. */
function storage() {
  const reached: string[] = []
  return {
    reached,
    put: async (key: string) => void reached.push(`put ${key}`),
    delete: async (keys: string[]) => {
      reached.push(`delete ${keys}`)
      return keys.length
    },
    sync: async () => void reached.push('sync'),
  }
}

test('a disk that is not slow is as it was', async () => {
  const disk = storage()
  new SlowDisk(disk)
  await disk.put('a')
  await disk.delete(['b'])
  await disk.sync()
  expect(disk.reached).toEqual(['put a', 'delete b', 'sync'])
})

test('what is put reaches a slow disk with its flush, in order, and all at once', async () => {
  const disk = storage()
  const slow = new SlowDisk(disk)
  slow.latency_ms = 1000
  await disk.put('a')
  await disk.delete(['b'])
  const flushed = disk.sync()
  await vi.advanceTimersByTimeAsync(999)
  expect(disk.reached).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  await flushed
  expect(disk.reached).toEqual(['put a', 'delete b', 'sync'])
})

test('what waits is not overtaken when the disk is fast again', async () => {
  const disk = storage()
  const slow = new SlowDisk(disk)
  slow.latency_ms = 1000
  await disk.put('first')
  slow.latency_ms = 0
  await disk.put('second')
  const flushed = disk.sync()
  await vi.advanceTimersByTimeAsync(0)
  await flushed
  expect(disk.reached).toEqual(['put first', 'put second', 'sync'])
})
