/** Which core a host runs on. */
import { address, type HostOptions, openHost, participant, query } from '@darq/runtime'
import { memory } from '@darq/runtime/storage'
import * as v from 'valibot'
import { expect, onTestFinished, test, vi } from 'vitest'

const Counter = address('counter', { add: v.number(), total: query(v.number()) })
const counter = participant(Counter, {
  state: { total: 0 },
  on: {
    add(step, n) {
      step.state.total += n
    },
    total: (read) => read.state.total,
  },
})

type Choice = Pick<HostOptions, 'core' | 'wasm'> & { onError?: () => void }

function world() {
  const storage = memory()
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  onTestFinished(() => warn.mockRestore())
  return {
    warn,
    /** Opens the host, sends one message and waits until it is durable. */
    async add(choice: Choice) {
      await using host = await openHost({ name: 'host', participants: [counter], storage, ...choice })
      await host.send(Counter.add(1)).durable
      return { total: await host.query(Counter.total()), ...host.core }
    },
  }
}

test('Wasm runs where nothing is said, and nothing is said of it', async () => {
  const { add, warn } = world()
  expect(await add({})).toEqual({ total: 1, core: 'wasm', reason: undefined })
  expect(await add({ core: 'typescript' })).toEqual({ total: 2, core: 'typescript', reason: undefined })
  expect(await add({ core: 'wasm' })).toEqual({ total: 3, core: 'wasm', reason: undefined })
  expect(warn).not.toHaveBeenCalled()
})

test('a missing core.wasm leaves the core in TypeScript, and the console is told once, however many hosts there are', async () => {
  const { add, warn } = world()
  const wasm = '/missing/core.wasm'
  for (const total of [1, 2])
    expect(await add({ wasm })).toMatchObject({ total, core: 'typescript', reason: { code: 'wasm_unavailable' } })
  expect(await add({})).toMatchObject({ total: 3, core: 'wasm' })
  expect(warn.mock.calls).toEqual([[expect.stringMatching(/\/missing\/core\.wasm: expected a file, got .*ENOENT/)]])
})

test('onError is told instead of the console, at core', async () => {
  const { add, warn } = world()
  const onError = vi.fn()
  await add({ wasm: '/missing/for-this-one.wasm', onError })
  expect(onError.mock.calls).toEqual([[expect.objectContaining({ code: 'wasm_unavailable' }), 'core']])
  expect(warn).not.toHaveBeenCalled()
})

test('a host that must run on Wasm is not opened without it, and says what was expected, what came and what to do', async () => {
  const { add } = world()
  await expect(add({ core: 'wasm', wasm: new Uint8Array([1, 2, 3]) })).rejects.toMatchObject({
    code: 'wasm_unavailable',
    retryable: false,
    facts: { wasm: 'the bytes given', expected: 'a Wasm module', got: expect.stringMatching(/^3 bytes/) },
  })
})
