import { address, call, DarqError, participant } from '@darq/runtime'
import { control, instances, workflow } from '@darq/runtime/workflow'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { Echo, Job, job_darq, WorkflowPlace } from './place.ts'

const day_ms = 86_400_000

/** Answers when it is told to. */
const Slow = address('slow', { ask: call(v.number(), v.number()), answer: v.number() })
const slow = participant(Slow, {
  on: {
    ask: (step, n) => step.later(`${n}`),
    answer: (step, n) => step.answer(Slow.ask, `${n}`, n),
  },
})

describe('a change of the code that instances are in the midst of', () => {
  const before = workflow(Job, async (flow) => {
    const asked = await flow.call(Echo.ask(1))
    const { n } = await flow.receive('go')
    return `${asked} ${n}`
  })
  const changed = workflow(Job, async (flow) => {
    const { n } = await flow.receive('go')
    return `${n}`
  })

  test('stops them, with what was expected and what to do; the right code goes on with all that has come', async () => {
    await using place = new WorkflowPlace()
    await place.open(before)
    await place.start('x')
    await place.open(changed)
    const { status, error } = await place.describe('x')
    expect(status).toBe('stuck')
    expect(error).toMatchObject({
      code: 'nondeterministic',
      facts: { instance: 'x', step: 1, expected: 'call echo ask', got: 'receive go' },
    })
    expect(JSON.stringify(error?.facts)).toContain('flow.changed()')
    expect(place.world.errors.map(({ code }) => code)).toContain('nondeterministic')
    await place.host.send(Job.go('x', { n: 7 })).committed

    // Resuming it is of no use as long as the code doesn't fit.
    await place.host.send(control(Job).resume('x')).committed
    await place.settled()
    expect(await place.describe('x')).toMatchObject({ status: 'stuck', error: { code: 'nondeterministic' } })

    await place.open(before)
    expect(await place.result('x')).toBe('1 7')
  })

  test('is undone: one that was stuck runs, and says so, before anything else happens to it', async () => {
    await using place = new WorkflowPlace()
    await place.open(before)
    await place.start('x')
    await place.open(changed)
    await place.open(before)
    expect(await place.describe('x')).toMatchObject({ status: 'running' })
    expect((await place.describe('x')).error).toBeUndefined()
    await place.open(before)
    const listed = []
    for await (const { id, status } of instances(place.host, Job, 'running')) listed.push(`${id} ${status}`)
    expect(listed).toEqual(['x running'])
  })

  test('is made with flow.changed: those that were beyond it go the old way, new ones the new way', async () => {
    await using place = new WorkflowPlace()
    await place.open(before)
    await place.start('old')
    const both = workflow(Job, async (flow) => {
      const asked = await flow.call(Echo.ask(1))
      const more = (await flow.changed('ask twice')) ? await flow.call(Echo.ask(2)) : 0
      const { n } = await flow.receive('go')
      return `${asked} ${more} ${n}`
    })
    await place.open(both)
    await place.start('new')
    // And again, when both have been brought back.
    await place.open(both)
    for (const key of ['old', 'new']) await place.host.send(Job.go(key, { n: 3 })).committed
    expect(await place.result('old')).toBe('1 0 3')
    expect(await place.result('new')).toBe('1 2 3')
  })

  test('may lose its flow.changed when all have it', async () => {
    await using place = new WorkflowPlace()
    const body = (isAsked: boolean) =>
      workflow(Job, async (flow) => {
        if (isAsked) expect(await flow.changed('ask twice')).toBe(true)
        const more = await flow.call(Echo.ask(2))
        const { n } = await flow.receive('go')
        return `${more} ${n}`
      })
    await place.open(body(true))
    await place.start('x')
    await place.open(body(false))
    await place.open(body(false))
    await place.host.send(Job.go('x', { n: 3 })).committed
    expect(await place.result('x')).toBe('2 3')
  })
})

describe('a message', () => {
  test('of a name that the address doesn’t have can’t be received', async () => {
    await using place = new WorkflowPlace()
    await place.open(
      workflow(Job, async (flow) => {
        await flow.receive('nope' as 'go')
        return ''
      }),
    )
    await expect(place.result('x')).rejects.toMatchObject({
      code: 'unknown_message',
      facts: { instance: 'x', got: 'nope' },
    })
  })

  test('to an instance that is not there, or has ended, is a dead letter', async () => {
    await using place = new WorkflowPlace()
    await place.open(workflow(Job, async () => 'done'))
    await place.start('x')
    for (const key of ['x', 'y']) await place.host.send(Job.go(key, { n: 1 })).committed
    await place.host.send(control(Job).cancel('y')).committed
    await place.settled()
    // The start of the other may be on its way.
    expect(await place.letters()).toEqual([['go', 'conflict']])
    await place.advance(31_000)
    expect(await place.letters()).toEqual([
      ['go', 'conflict'],
      ['go', 'conflict'],
      ['$cancel', 'conflict'],
    ])
  })

  test('that comes before the start of its instance waits for it', async () => {
    await using place = new WorkflowPlace()
    await place.open(workflow(Job, async (flow) => `${(await flow.receive('go')).n}`))
    await place.host.send(Job.go('x', { n: 7 })).committed
    await place.advance(20_000)
    await place.start('x')
    await place.advance(1_000)
    expect(await place.result('x')).toBe('7')
  })

  test('or an input that doesn’t fit is refused, and its instance goes on', async () => {
    await using place = new WorkflowPlace()
    await place.open(
      workflow(Job, async (flow) => {
        await flow.receive('go')
        return 'gone'
      }),
    )
    const Loose = address('job/*', { start: call(v.any(), v.any()), go: v.any(), gone: v.any() }, { darqs: 1 })
    await place.start('x')
    await expect(place.host.send(Loose.go('x', 'a text')).committed).rejects.toMatchObject({ code: 'schema' })
    await expect(place.host.send(Loose.gone('x', 1)).committed).rejects.toMatchObject({ code: 'unknown_message' })
    await expect(place.host.call(Loose.start('y', 'a text'))).rejects.toMatchObject({ code: 'schema' })
    await place.host.send(Job.go('x', { n: 1 })).committed
    expect(await place.result('x')).toBe('gone')
  })
})

describe('what can’t be written down', () => {
  test('as a result makes an instance stuck; it is mended, and goes on', async () => {
    await using place = new WorkflowPlace()
    const returning = (result: unknown) =>
      workflow(Job, async (flow) => {
        await flow.call(Echo.ask(1))
        return result as string
      })
    await place.open(returning(() => 'a function'))
    await place.start('x')
    expect(await place.describe('x')).toMatchObject({
      status: 'stuck',
      error: { code: 'schema', facts: { instance: 'x' } },
    })
    await place.open(returning(12n))
    expect(await place.describe('x')).toMatchObject({ status: 'stuck', error: { code: 'schema' } })
    await place.open(returning(5))
    expect(await place.describe('x')).toMatchObject({ status: 'stuck', error: { code: 'schema' } })
    await place.open(returning('fits'))
    expect(await place.result('x')).toBe('fits')
  })

  test('as the result of an effect makes it stuck; resumed, it runs again, with the same key', async () => {
    await using place = new WorkflowPlace()
    const keys: string[] = []
    let given: unknown = Symbol('travels not')
    await place.open(
      workflow(Job, async (flow) => {
        const got = await flow.effect('give', async ({ key }) => {
          keys.push(key)
          return given as string
        })
        return `got ${got}`
      }),
    )
    await place.start('x')
    expect(await place.describe('x')).toMatchObject({
      status: 'stuck',
      error: { code: 'schema', facts: { instance: 'x', step: 'effect give' } },
    })
    given = 'a text'
    await place.host.send(control(Job).resume('x')).committed
    expect(await place.result('x')).toBe('got a text')
    expect(keys).toHaveLength(2)
    expect(keys[0]).toBe(keys[1])
  })

  test('in a message is refused where it is sent', async () => {
    await using place = new WorkflowPlace()
    await place.open(
      workflow(Job, async (flow) => {
        await flow.call(Echo.ask(1n as unknown as number))
        return ''
      }),
    )
    await expect(place.result('x')).rejects.toMatchObject({ code: 'schema', facts: { instance: 'x' } })
  })
})

describe('a foreign promise', () => {
  const outside = () => new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)))

  test('that a function awaits is told at once', async () => {
    await using place = new WorkflowPlace()
    await place.open(
      workflow(Job, async (flow) => {
        await outside()
        await flow.sleep('1 day')
        return ''
      }),
    )
    await place.start('x')
    expect(await place.describe('x')).toMatchObject({
      status: 'stuck',
      error: { code: 'nondeterministic', facts: { instance: 'x' } },
    })
  })

  test('that wins against what the flow has given is told when it does', async () => {
    await using place = new WorkflowPlace()
    await place.open(
      workflow(Job, async (flow) => {
        await Promise.race([flow.sleep('1 day'), outside()])
        await flow.call(Echo.ask(1))
        return ''
      }),
    )
    await place.start('x')
    expect(await place.describe('x')).toMatchObject({ status: 'stuck', error: { code: 'nondeterministic' } })
  })

  test('that ends the function is told, too', async () => {
    await using place = new WorkflowPlace()
    await place.open(
      workflow(Job, async (flow) => {
        await Promise.race([flow.sleep('1 day'), outside()])
        return 'too early'
      }),
    )
    await place.start('x')
    expect(await place.describe('x')).toMatchObject({ status: 'stuck', error: { code: 'nondeterministic' } })
  })
})

describe('an effect', () => {
  test('that never returns is stopped at its timeout, tried again, and fails at last', async () => {
    await using place = new WorkflowPlace()
    const aborted: number[] = []
    await place.open(
      workflow(Job, async (flow) => {
        await flow.effect(
          'hang',
          ({ signal, attempt }) => {
            signal.addEventListener('abort', () => aborted.push(attempt))
            return new Promise<string>(() => {})
          },
          { timeout: '5 seconds', retry: { attempts_max: 3, backoff: '1 second' } },
        )
        return ''
      }),
    )
    await place.start('x')
    await place.advance(60_000)
    await expect(place.result('x')).rejects.toMatchObject({
      code: 'timeout',
      facts: { instance: 'x', step: 'effect hang', attempts: 3 },
    })
    expect(aborted).toEqual([1, 2, 3])
  })

  test('whose outcome has come while its instance was stuck is not asked for again', async () => {
    await using place = new WorkflowPlace()
    const asked: string[] = []
    const answer = Promise.withResolvers<string>()
    let isBroken = true
    await place.open(
      workflow(Job, async (flow) => {
        const slow = flow.effect('slow', async () => {
          asked.push('slow')
          return answer.promise
        })
        await flow.effect('broken', async () => {
          asked.push('broken')
          return (isBroken ? Symbol('x') : 'ok') as string
        })
        return slow
      }),
    )
    await place.start('x')
    expect(await place.describe('x')).toMatchObject({ status: 'stuck' })
    answer.resolve('came')
    await place.settled()
    isBroken = false
    await place.host.send(control(Job).resume('x')).committed
    expect(await place.result('x')).toBe('came')
    expect(asked).toEqual(['slow', 'broken', 'broken'])
  })
})

describe('a second start', () => {
  test('is compared with the first input, whatever the instance has continued with', async () => {
    await using place = new WorkflowPlace()
    await place.open(
      workflow(Job, async (flow, n) => {
        if (n === null) return flow.continueAsNew(5)
        const { n: got } = await flow.receive('go')
        return `${n} ${got}`
      }),
    )
    await place.start('x', null)
    await expect(place.result('x', 5)).rejects.toMatchObject({ code: 'conflict', facts: { instance: 'x' } })
    const again = place.result('x', null)
    await place.host.send(Job.go('x', { n: 1 })).committed
    expect(await again).toBe('5 1')
  })

  test('may come as often as you like before the first is written down', async () => {
    await using place = new WorkflowPlace()
    const host = await place.open(
      workflow(Job, async (flow) => {
        await flow.receive('go')
        return 'gone'
      }),
    )
    const all = Promise.allSettled(Array.from({ length: 150 }, () => host.call(Job.start('x', 1))))
    await place.settled()
    await host.send(Job.go('x', { n: 1 })).committed
    const outcomes = await all
    const ok = outcomes.filter((one) => one.status === 'fulfilled')
    const refused = outcomes.filter((one) => one.status === 'rejected').map(({ reason }) => reason.code)
    expect(ok.map(({ value }) => value)).toEqual(Array.from({ length: 100 }, () => 'gone'))
    expect(refused).toEqual(Array.from({ length: 50 }, () => 'quota'))
  })
})

test('the answer to a call of one that was forgotten is not taken by the next of the same key', async () => {
  await using place = new WorkflowPlace()
  await place.open(
    slow,
    workflow(
      Job,
      async (flow, n) => {
        const asked = flow.call(Slow.ask(n ?? 0))
        if (n === 1 || n === 3) return 'left it'
        return `${await asked}`
      },
      { finished_max: 1 },
    ),
  )
  expect(await place.result('x', 1)).toBe('left it')
  // Another has ended since: the first is forgotten.
  expect(await place.result('y', 3)).toBe('left it')
  const second = place.result('x', 2)
  await place.settled()
  await place.host.send(Slow.answer(1)).committed
  await place.settled()
  await place.host.send(Slow.answer(2)).committed
  expect(await second).toBe('2')
})

test('what comes in the last moment of a run is not taken for the next one’s', async () => {
  await using place = new WorkflowPlace()
  const host = await place.open(
    slow,
    workflow(Job, async (flow, n) => {
      if (n === 1) {
        await Promise.race([flow.call(Slow.ask(1)), flow.call(Slow.ask(2))])
        return flow.continueAsNew(2)
      }
      void flow.sleep('1 hour').catch(() => {})
      // The second thing that it asks for, as the call was whose answer comes with the first one's.
      const { n: got } = await flow.receive('go')
      return `${got}`
    }),
  )
  await place.start('x')
  host.send(Slow.answer(1))
  host.send(Slow.answer(2))
  await place.settled()
  expect(await place.describe('x')).toMatchObject({ status: 'running', run: 2 })
  await host.send(Job.go('x', { n: 5 })).committed
  expect(await place.result('x', 1)).toBe('5')
})

test('an answer that comes in the last moment of an instance is nobody’s business', async () => {
  await using place = new WorkflowPlace()
  const host = await place.open(
    slow,
    workflow(Job, async (flow) => `${await Promise.race([flow.call(Slow.ask(1)), flow.call(Slow.ask(2))])}`),
  )
  await place.start('x')
  host.send(Slow.answer(1))
  host.send(Slow.answer(2))
  expect(await place.result('x')).toBe('1')
  expect(await place.letters()).toEqual([])
})

describe('a limit', () => {
  const waiting = (options = {}) =>
    workflow(
      Job,
      async (flow, count) => {
        for (let taken = 0; taken < (count ?? 0); taken += 1) await flow.receive('go')
        return `${count}`
      },
      options,
    )

  test('on instances refuses another start, until one has ended', async () => {
    await using place = new WorkflowPlace()
    const host = await place.open(waiting({ running_max: 1 }))
    await place.start('x')
    await expect(place.result('y')).rejects.toMatchObject({ code: 'quota' })
    await host.send(Job.go('x', { n: 1 })).committed
    await place.settled()
    expect(await place.result('y', 0)).toBe('0')
  })

  test('on commands ends what does not continue as new, after its undos', async () => {
    await using place = new WorkflowPlace()
    await place.open(
      workflow(
        Job,
        async (flow) => {
          flow.undo('tell', () => flow.send(Echo.tell('undone')))
          for (;;) await flow.call(Echo.ask(1))
        },
        { commands_max: 5 },
      ),
    )
    await expect(place.result('x')).rejects.toMatchObject({ code: 'too_large', facts: { instance: 'x' } })
    expect(await place.host.query(Echo.told())).toEqual({ undone: 1 })
  })

  test('on results forgets the oldest', async () => {
    await using place = new WorkflowPlace()
    await place.open(waiting({ finished_max: 2 }))
    for (const key of ['a', 'b', 'c']) expect(await place.result(key, 0)).toBe('0')
    const found = []
    for await (const { id } of instances(place.host, Job)) found.push(id)
    expect(found).toEqual(['b', 'c'])
    await place.advance(8 * day_ms)
    expect(await place.result('d', 0)).toBe('0')
    found.length = 0
    for await (const { id } of instances(place.host, Job)) found.push(id)
    expect(found).toEqual(['d'])
  })

  test('on messages that nobody has received makes the next one a dead letter; so it is for one that is stuck', async () => {
    await using place = new WorkflowPlace()
    const host = await place.open(waiting())
    await place.start('x', 2)
    for (let n = 0; n < 1_000; n += 1) host.send(Job.other('x', { n }))
    await place.advance(1_000)
    expect(await place.letters()).toEqual([])
    await host.send(Job.other('x', { n: 1_000 })).committed
    await place.settled()
    expect(await place.letters()).toEqual([['other', 'quota']])
    await place.open(
      workflow(Job, async (flow) => {
        await flow.sleep('1 day')
        return ''
      }),
    )
    expect(await place.describe('x')).toMatchObject({ status: 'stuck' })
    for (let n = 0; n < 1_002; n += 1) place.host.send(Job.other('x', { n }))
    await place.advance(1_000)
    expect(await place.letters()).toEqual(Array.from({ length: 3 }, () => ['other', 'quota']))
  })
})

describe('one that is abandoned', () => {
  test('ends as it is: its caller is told, and nothing of it is under way any more', async () => {
    await using place = new WorkflowPlace()
    const attempts: string[] = []
    const body = (isOld: boolean) =>
      workflow(Job, async (flow) => {
        if (!isOld) await flow.sleep('1 day')
        flow.undo('tell', () => flow.send(Echo.tell('undone')))
        const hanging = flow.effect('hang', ({ key }) => {
          attempts.push(key)
          return new Promise<string>(() => {})
        })
        await Promise.all([hanging, flow.sleep('3 days')])
        return ''
      })
    await place.open(body(true))
    await place.start('x')
    await place.open(body(false))
    expect(await place.describe('x')).toMatchObject({ status: 'stuck' })
    const told = place.result('x')
    await place.settled()
    await place.host.send(control(Job).abandon('x', 'for good')).committed
    await expect(told).rejects.toMatchObject({ code: 'cancelled', facts: { reason: 'for good' } })
    expect(await place.host.query(Echo.told())).toEqual({})
    await place.settled()
    // Nothing keeps the host awake but the wake-up that it has set, and no timer of it fires.
    const { steps } = await place.host.inspect(job_darq).counts()
    await place.advance(5 * day_ms)
    const later = await place.host.inspect(job_darq).counts()
    expect(later.steps - steps).toBeLessThanOrEqual(1)
    expect(attempts).toHaveLength(1)
  })

  test('tells its caller also when it was abandoned before its first step', async () => {
    await using place = new WorkflowPlace()
    const host = await place.open(
      workflow(Job, async (flow) => {
        await flow.sleep('1 day')
        return ''
      }),
    )
    const asked = host.call(Job.start('x', 1))
    host.send(control(Job).abandon('x', 'at once'))
    await expect(asked).rejects.toMatchObject({ code: 'cancelled', facts: { reason: 'at once' } })
  })
})

test('a resume that nobody needs changes nothing, however early it comes', async () => {
  await using place = new WorkflowPlace()
  const body = workflow(Job, async (flow) => {
    const { n } = await flow.receive('go')
    return `${n}`
  })
  const host = await place.open(body)
  host.call(Job.start('x', 1))
  host.send(control(Job).resume('x'))
  await place.settled()
  await place.open(body)
  await place.host.send(Job.go('x', { n: 4 })).committed
  expect(await place.result('x')).toBe('4')
})

test('a cancellation that Promise.any has gathered, or somebody has wrapped, is still one', async () => {
  await using place = new WorkflowPlace()
  await place.open(
    workflow(Job, async (flow, n) => {
      if (n === 1) await Promise.any([flow.receive('go'), flow.receive('other')])
      await flow.receive('go').catch((cause: unknown) => {
        throw new Error('it was not to be', { cause })
      })
      return ''
    }),
  )
  for (const n of [1, 2]) {
    await place.start(`${n}`, n)
    await place.host.send(control(Job).cancel(`${n}`, 'enough')).committed
    await expect(place.result(`${n}`, n)).rejects.toMatchObject({ code: 'cancelled', facts: { reason: 'enough' } })
    expect(await place.describe(`${n}`)).toMatchObject({ status: 'cancelled' })
  }
})

/** As arktype's are: functions. */
const callable = Object.assign(() => {}, {
  '~standard': {
    version: 1,
    vendor: 'callable',
    validate: (value: unknown) =>
      typeof value === 'number' ? { value } : { issues: [{ message: 'must be a number' }] },
  },
} as const)
/** As zod's are: instances of a class. */
class Upper {
  readonly '~standard' = {
    version: 1,
    vendor: 'classy',
    validate: (value: unknown) =>
      typeof value === 'string' ? { value: value.toUpperCase() } : { issues: [{ message: 'must be a string' }] },
    types: undefined as { readonly input: string; readonly output: string } | undefined,
  } as const
}
type Typed<T> = { readonly '~standard': { readonly types?: { readonly input: T; readonly output: T } | undefined } }

test('schemas of every kind that follow the standard let in what fits, and give what they make of it', async () => {
  await using place = new WorkflowPlace()
  const Mixed = address(
    'mixed/*',
    {
      start: call(callable as typeof callable & Typed<number>, v.string()),
      say: new Upper(),
      count: v.pipe(v.string(), v.transform(Number)),
    },
    { darqs: 1 },
  )
  const host = await place.open(
    workflow(Mixed, async (flow, n) => {
      const said = await flow.receive('say')
      const count = await flow.receive('count')
      return `${n + 1} ${said} ${count + 1}`
    }),
  )
  const asked = host.call(Mixed.start('x', 1))
  host.send(Mixed.say('x', 'hello'))
  host.send(Mixed.count('x', '41'))
  expect(await asked).toBe('2 HELLO 42')
  await expect(host.call(Mixed.start('y', 'one' as unknown as number))).rejects.toBeInstanceOf(DarqError)
})
