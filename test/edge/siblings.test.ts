import { DarqError, type Engine } from '@darq/runtime/engine'
import { type ErrorFacts, toFacts } from '@darq/runtime/transport'
import { describe, expect, test } from 'vitest'
import { darqOf, hostName, Siblings, takeSiblingFrame } from '../../edge-worker/src/siblings.ts'
import { openEngine } from '../../runtime-ts/src/engine/index.ts'
import { memory } from '../../runtime-ts/src/storage/memory.ts'
import { id, messages, Recorder, seeded, sequence, VirtualClock } from '../engine/world.ts'

describe('a host and its DARQ', () => {
  test.each(['counter', 'account/bob', 'ä ö/ü', '100 %'])('%s: each names the other', (name) => {
    expect(hostName(name)).not.toMatch(/[#/:]/)
    expect(darqOf(hostName(name))).toBe(name)
  })

  test.each(['account/bob', '%zz', 'request:1', '%61', 'a#b'])('%s is the name of no object’s host', (host) => {
    expect(darqOf(host)).toBeUndefined()
  })
})

describe('a frame to a sibling', () => {
  const frame = new Uint8Array([1, 2, 3])
  const siblings = (answer: () => Promise<ErrorFacts | undefined> = async () => undefined) => {
    const calls: unknown[] = []
    const one = new Siblings(
      'relay%2F1',
      (...call) => {
        calls.push(call)
        return answer()
      },
      (name) => name.startsWith('counter/'),
    )
    return { one, calls }
  }

  test('is a call of its object', async () => {
    const { one, calls } = siblings()
    await one.send('counter%2F1', frame)
    expect(calls).toEqual([['counter/1', 'relay%2F1', frame]])
  })

  test('that it refuses throws its error, with its code', async () => {
    const { one } = siblings(async () => toFacts(new DarqError('fenced', { retryable: false, facts: { epoch: 1 } })))
    await expect(one.send('counter%2F1', frame)).rejects.toMatchObject({
      code: 'fenced',
      retryable: false,
      facts: { epoch: 1 },
    })
  })

  test('that nobody can be asks for no object', async () => {
    const { one, calls } = siblings()
    for (const host of ['elsewhere', 'counter/1', 'https://edge.example/darq/counter%2F1'])
      await expect(one.send(host, frame)).rejects.toMatchObject({ code: 'unknown_address' })
    expect(calls).toEqual([])
    expect(['counter%2F1', 'elsewhere', 'counter/1'].map((host) => one.has(host))).toEqual([true, false, false])
  })
})

describe('a sibling’s frame', () => {
  /** The hello of the host `relay/1`, as it is sent to the host `counter/1`. */
  async function hello(): Promise<Uint8Array> {
    const clock = new VirtualClock()
    const sent: Uint8Array[] = []
    const relay = await openEngine({
      name: hostName('relay/1'),
      storage: memory(),
      clock,
      random: seeded(1),
      core: 'typescript',
      transport: { send: (_, frame) => void sent.push(frame) },
      route: (darq) => (darq === 'counter/1' ? hostName(darq) : undefined),
      processor: (darq) =>
        darq === 'relay/1' ? new Recorder((seen) => [{ to: 'counter/1', bytes: seen }]) : undefined,
    })
    relay.darq('relay/1').enqueue(id('p'), sequence(1), messages('go'))
    await clock.advance(100)
    await relay.close()
    const [frame = new Uint8Array(0)] = sent
    return frame
  }

  function taking(): { engine: Pick<Engine, 'receive'>; taken: string[] } {
    const taken: string[] = []
    return { engine: { receive: (from) => void taken.push(from) }, taken }
  }

  test('is handed to the engine, from the address of its host', async () => {
    const { engine, taken } = taking()
    takeSiblingFrame(engine, hostName('relay/1'), await hello())
    expect(taken).toEqual([hostName('relay/1')])
  })

  test('of another host than it comes from is refused, and so is what is no frame', async () => {
    const { engine, taken } = taking()
    const frame = await hello()
    const cut = [frame.subarray(0, 10), frame.subarray(0, 20), new Uint8Array(64)]
    for (const [from, bytes] of [
      [hostName('relay/2'), frame],
      ['relay', frame],
      ...cut.map((bytes) => [hostName('relay/1'), bytes] as const),
    ] as const)
      expect(() => takeSiblingFrame(engine, from, bytes)).toThrow(expect.objectContaining({ code: 'bad_frame' }))
    expect(taken).toEqual([])
  })
})
