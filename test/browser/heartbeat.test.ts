import { expect, it, vi } from 'vitest'
import { startHeartbeat } from '../../runtime-ts/src/browser/heartbeat.ts'
import { virtualClock } from './virtual-clock.ts'

function beating(
  ping: () => Promise<void>,
  { wanted = () => true, unanswered_max = () => 3 }: { wanted?: () => boolean; unanswered_max?: () => number } = {},
) {
  const clock = virtualClock()
  const dead = vi.fn()
  const stop = startHeartbeat({
    clock,
    every_ms: 1_000,
    unanswered_max,
    wanted,
    ping,
    dead,
  })
  return { clock, dead, stop }
}
const silence = () => new Promise<void>(() => {})

it('lets a line live that answers', async () => {
  const { clock, dead, stop } = beating(async () => {})
  await clock.advance(60_000)
  expect(dead).not.toHaveBeenCalled()
  stop()
})

it('declares a line dead, once, after so many beats without an answer', async () => {
  const ping = vi.fn<() => Promise<void>>(async () => {})
  const { clock, dead } = beating(ping)
  await clock.advance(1_000)
  ping.mockImplementation(silence)
  await clock.advance(1_000)
  await clock.advance(2_999)
  expect(dead).not.toHaveBeenCalled()
  await clock.advance(1)
  expect(dead).toHaveBeenCalledTimes(1)
  await clock.advance(60_000)
  expect(dead).toHaveBeenCalledTimes(1)
})

it('may be more patient until the other end has come to life', async () => {
  let patience = 10
  const { clock, dead } = beating(silence, { unanswered_max: () => patience })
  await clock.advance(9_000)
  expect(dead).not.toHaveBeenCalled()
  patience = 3
  await clock.advance(1_000)
  expect(dead).toHaveBeenCalled()
})

it('asks nothing while nothing is wanted', async () => {
  const ping = vi.fn(silence)
  const { clock, dead, stop } = beating(ping, { wanted: () => false })
  await clock.advance(60_000)
  expect(ping).not.toHaveBeenCalled()
  expect(dead).not.toHaveBeenCalled()
  stop()
})

it('does not take its own sleep for the silence of the other end', async () => {
  const ping = vi.fn<() => Promise<void>>(async () => {})
  const clock = virtualClock()
  const dead = vi.fn()
  // A clock that this end reads late: everything due runs at once when it wakes.
  let asleep_ms = 0
  const late = { ...clock, now_ms: () => clock.now_ms() + asleep_ms }
  startHeartbeat({
    clock: late,
    every_ms: 1_000,
    unanswered_max: () => 2,
    wanted: () => true,
    ping,
    dead,
  })
  await clock.advance(1_000)
  ping.mockImplementation(silence)
  await clock.advance(2_000)
  asleep_ms = 3_600_000
  await clock.advance(1_000)
  expect(dead).not.toHaveBeenCalled()
})
