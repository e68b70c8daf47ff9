/** In workerd, where a module is uploaded and nothing is compiled at run time. */
import { env, runInDurableObject } from 'cloudflare:test'
import core from '@darq/core/core.wasm'
import { address, type DarqError, type HostOptions, openHost, participant, query } from '@darq/runtime'
import { durableObject } from '@darq/runtime/durable-object'
import * as v from 'valibot'
import { expect, test } from 'vitest'

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
let count = 0

type Options = Pick<HostOptions, 'core' | 'wasm'>

/** One message, durable; and the total that is committed then. */
async function add(storage: Parameters<typeof durableObject>[0], options: Options) {
  const told: DarqError[] = []
  const host = await openHost({
    name: 'host',
    participants: [counter],
    storage: durableObject(storage),
    onError: (error, where) => void (where === 'core' && told.push(error)),
    ...options,
  })
  await host.send(Counter.add(1)).durable
  const total = await host.query(Counter.total(), { grade: 'committed' })
  const kind = host.core.core
  await host.close()
  return { total, kind, told }
}

test('the module that is given runs; what would have to be compiled does not, and either core reads what the other wrote', () =>
  runInDurableObject(env.SHELF.getByName(`wasm ${count++}`), async (_, { storage }) => {
    expect(await add(storage, { core: 'wasm', wasm: core })).toEqual({ total: 1, kind: 'wasm', told: [] })
    const bytes = await add(storage, { wasm: new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]) })
    expect(bytes).toMatchObject({ total: 2, kind: 'typescript', told: [{ code: 'wasm_unavailable' }] })
    const url = await add(storage, { wasm: 'https://cdn.example/core.wasm' })
    expect(url).toMatchObject({
      total: 3,
      kind: 'typescript',
      told: [{ facts: { wasm: 'https://cdn.example/core.wasm', expected: 'a WebAssembly.Module' } }],
    })
    expect(await add(storage, {})).toEqual({ total: 4, kind: 'wasm', told: [] })
    await expect(add(storage, { core: 'wasm', wasm: new Uint8Array() })).rejects.toMatchObject({
      code: 'wasm_unavailable',
      retryable: false,
    })
  }))
