import { expect, it, vi } from 'vitest'
import { awaitDeath, holdLife } from '../../runtime-ts/src/browser/life-lock.ts'

it('is told when the holder lets go', async () => {
  const life = await holdLife(navigator.locks, crypto.randomUUID())
  const died = vi.fn()
  awaitDeath(navigator.locks, life.name, new AbortController().signal, died)
  await navigator.locks.query()
  expect(died).not.toHaveBeenCalled()
  life.release()
  await vi.waitFor(() => expect(died).toHaveBeenCalledTimes(1))
})

it('is told nothing when it has stopped waiting', async () => {
  const life = await holdLife(navigator.locks, crypto.randomUUID())
  const died = vi.fn()
  const attending = new AbortController()
  awaitDeath(navigator.locks, life.name, attending.signal, died)
  attending.abort()
  life.release()
  await navigator.locks.request(life.name, () => {})
  expect(died).not.toHaveBeenCalled()
})
