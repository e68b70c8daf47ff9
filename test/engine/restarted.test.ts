/** What a sender does about hosts that it hears of for the first time. */
import { type Engine, openEngine } from '@darq/runtime/engine'
import { expect, test } from 'vitest'
import { memory } from '../../runtime-ts/src/storage/memory.ts'
import { id, messages, Recorder, seeded, sequence, VirtualClock } from './world.ts'

const peers = ['b', 'c', 'd', 'e']

/** A host whose DARQ `source` sends to all `to`; what it sends to hosts is noted, and goes nowhere. */
async function sender(name: string, clock: VirtualClock, to: readonly string[]) {
  const sent: { readonly host: string; readonly frame: Uint8Array }[] = []
  const engine: Engine = await openEngine({
    name,
    storage: memory(),
    clock,
    random: seeded(1),
    core: 'typescript',
    k: Number.POSITIVE_INFINITY,
    transport: { send: (host, frame) => void sent.push({ host, frame }) },
    route: (darq) => (to.includes(darq) ? darq : undefined),
    processor: (darq) => (darq === 'source' ? new Recorder(() => to.map((to) => ({ to, bytes: 'x' }))) : undefined),
  })
  engine.darq('source').enqueue(id('p'), sequence(1), messages('go'))
  await clock.advance(100)
  return { engine, sent }
}

test('asks the host that it hears of, and no other that has not answered yet', async () => {
  const clock = new VirtualClock()
  const { engine, sent } = await sender('a', clock, peers)
  expect(sent.map(({ host }) => host)).toEqual(peers)
  for (const peer of peers) {
    const [hello] = (await sender(peer, clock, ['a'])).sent
    sent.length = 0
    // What it says of itself counts, though there is no such DARQ as it asks for.
    expect(() => engine.receive(peer, hello?.frame ?? new Uint8Array(0))).toThrow(
      expect.objectContaining({ code: 'unknown_address' }),
    )
    await clock.advance(1)
    expect(sent.map(({ host }) => host)).toEqual([peer])
  }
})
