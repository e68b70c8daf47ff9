import { address, DarqError, type Host, participant, query, table } from '@darq/runtime'
import { control, workflow } from '@darq/runtime/workflow'
import fc from 'fast-check'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { Ledger } from '../../runtime-ts/src/crest/run/ledger.ts'
import { effect_cell, header_cell, show_cell, within } from '../../runtime-ts/src/workflow/journal.ts'
import { moveKeys, olderKeys } from '../../runtime-ts/src/workflow/older-keys.ts'
import { World } from '../crest/world.ts'
import { Job, WorkflowPlace } from '../workflow/place.ts'

const half = 'Tea 👋'.slice(0, 5)
const Count = address('count/*', {
  add: v.number(),
  total: query(v.number()),
  put: v.string(),
  keys: query(v.array(v.string())),
})
const count = participant(Count, {
  state: { total: 0, seen: table(v.number()) },
  on: {
    add(step, n) {
      step.state.total += n
    },
    total: (read) => read.state.total,
    put(step, key) {
      step.state.seen.set(key, 1)
    },
    keys: (read) => [...read.state.seen.entries()].map(([key]) => key),
  },
})

/** Strings as they may come out of a text that was cut, joined or typed by somebody. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom('\ud83d', '\udc4b', 'e', '\u0301', '\u00e9', '\n', '/', '#', '\0', '$', '~', '1', '.'),
  }),
  fc.constantFrom('__proto__', 'constructor', '\u2028', '\ufffd', 'x'.repeat(600)),
)

function codeOf(run: () => unknown): string {
  try {
    run()
    return 'ok'
  } catch (error) {
    return error instanceof DarqError ? error.code : `not typed: ${String(error)}`
  }
}

describe('a name with a lone surrogate', () => {
  test('is refused at the call, and the store opens again', async () => {
    await using world = new World()
    for (let life = 1; life <= 3; life += 1) {
      const host = await world.open({ participants: [count] })
      expect(codeOf(() => host.send(Count.add(half, 1)))).toBe('unknown_address')
      await host.send(Count.add('Tea', 1)).committed
      expect(await host.query(Count.total('Tea'))).toBe(life)
      await host.close()
    }
  })

  test('is refused as a producer, an idempotency key, a host, an inspected name and a word', async () => {
    await using world = new World()
    const host = await world.open({ participants: [count] })
    expect(codeOf(() => host.send(Count.add('a', 1), { idempotencyKey: half }))).toBe('invalid_argument')
    expect(codeOf(() => host.inspect(`count/${half}`))).toBe('unknown_address')
    expect(codeOf(() => address('a', { [half]: v.number() }))).toBe('invalid_argument')
    expect(codeOf(() => address('a', { 'two\nlines': v.number() }))).toBe('invalid_argument')
    await expect(world.open({ participants: [count], name: half })).rejects.toMatchObject({ code: 'invalid_argument' })
  })
})

test('a text is either refused with a typed error, or a key of its own that comes back after a restart', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(anyText, { minLength: 2, maxLength: 5 }), async (keys) => {
      await using world = new World()
      const open = (): Promise<Host> => world.open({ participants: [count] })
      let host = await open()
      const taken: [string, number][] = []
      for (const [index, key] of keys.entries()) {
        const code = codeOf(() => Count.add(key, 1))
        expect(code).toMatch(/^(ok|unknown_address)$/)
        await host.send(Count.put('all', key)).committed
        if (code !== 'ok') continue
        await host.send(Count.add(key, index + 1)).committed
        taken.push([key, index + 1])
      }
      await host.close()
      host = await open()
      for (const [key, n] of taken) expect(await host.query(Count.total(key))).toBe(n)
      // The keys of a table are data: any string is one.
      expect([...(await host.query(Count.keys('all')))].sort()).toEqual([...keys].sort())
    }),
    { numRuns: 40 },
  )
})

describe('what the runtime puts together', () => {
  test('an instance that is abandoned leaves the timers of one whose key begins like its own', async () => {
    await using place = new WorkflowPlace()
    const job = workflow(Job, async (flow) => {
      await flow.sleep('1 minute')
      return flow.id
    })
    await place.open(job)
    await place.start('x')
    await place.start('x\n1.y')
    await place.host.send(control(Job).abandon('x')).committed
    const done = place.result('x\n1.y')
    await place.advance(120_000)
    expect((await place.describe('x\n1.y')).status).toBe('done')
    expect(await done).toBe('x\n1.y')
  })

  test('different parts give different names, and none has what begins like those of another', () => {
    const key = fc.string({ unit: fc.constantFrom('\n', 'x', '1', '.', ' ') })
    const part = fc.constantFrom('1.1', '1.2', '11.1', 'own x', 'own x\n1.1', 'shown')
    fc.assert(
      fc.property(key, part, key, part, (one, its, other, others) => {
        fc.pre(one !== other || its !== others)
        expect(within(one, its)).not.toBe(within(other, others))
        if (one !== other) expect(within(other, others).startsWith(within(one, '1.'))).toBe(false)
      }),
      { numRuns: 5_000 },
    )
  })

  test('what an older store has under a key of two lines is found, and nothing else is moved', () => {
    const ledger = new Ledger(new Map())
    ledger.begin()
    for (const key of ['x', 'x\ny']) ledger.set(header_cell, key, {})
    ledger.set(effect_cell, 'x\n1.1', 'of x')
    ledger.set(effect_cell, 'x\ny\n1.1', 'of x, y')
    ledger.set(show_cell, 'x\ny\nshown', 1)
    moveKeys(ledger, olderKeys(ledger))
    expect(ledger.get(effect_cell, within('x', '1.1'))).toBe('of x')
    expect(ledger.get(effect_cell, within('x\ny', '1.1'))).toBe('of x, y')
    expect(ledger.get(show_cell, within('x\ny', 'shown'))).toBe(1)
    expect(ledger.size(effect_cell)).toBe(2)
    expect(olderKeys(ledger)).toEqual([])
  })

  test.each([
    ['a key of a table that is no string', 'key'],
    ['a timer under a name of the runtime', '$call t1.1'],
    ['a timer whose name is no string', 'timer'],
  ])('%s fails the step that gives it, and the store opens again', async (_, what) => {
    await using world = new World()
    const Odd = address('odd', { go: v.string(), later: v.null(), ran: query(v.number()) })
    const odd = participant(Odd, {
      state: { ran: 0, kept: table(v.number()) },
      on: {
        go(step, given) {
          step.state.ran += 1
          // @ts-expect-error: what a caller without types may give
          const none: string = 5
          if (given === 'key') step.state.kept.set(none, 1)
          else step.send(Odd.later(null), { after: '1 minute', timer: given === 'timer' ? none : given })
        },
        later() {},
        ran: (read) => read.state.ran,
      },
      retry: { attempts_max: 1 },
    })
    const host = await world.open({ participants: [odd] })
    await host.send(Odd.go(what)).committed
    await world.clock.advance(10)
    const [letter] = await host.inspect('odd').deadLetters()
    expect(letter?.error.code).toBe('invalid_argument')
    await host.close()
    const again = await world.open({ participants: [odd] })
    expect(await again.query(Odd.ran())).toBe(0)
  })
})
