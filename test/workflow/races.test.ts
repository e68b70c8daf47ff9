import { workflow } from '@darq/runtime/workflow'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Job, WorkflowPlace } from './place.ts'

/** Receives by a race with a sleep, until it has so many. */
const racing = (count: number) =>
  workflow(Job, async (flow) => {
    const got: number[] = []
    while (got.length < count) {
      const came = await Promise.race([flow.receive('go'), flow.sleep('30 ms')])
      if (came !== undefined) got.push(came.n)
    }
    return got.join()
  })

describe('a receive that loses a race', () => {
  test('takes no message', async () => {
    await using place = new WorkflowPlace()
    await place.open(racing(3))
    await place.start('x')
    for (const n of [1, 2, 3]) {
      await place.advance(100)
      await place.host.send(Job.go('x', { n })).committed
      await place.settled()
    }
    await place.advance(1_000)
    expect(await place.result('x')).toBe('1,2,3')
  })

  test('takes none of any number, whenever they come, and whenever the host is opened anew', async () => {
    const action = fc.oneof(
      { arbitrary: fc.constantFrom('send', 'send', 'open'), weight: 2 },
      { arbitrary: fc.integer({ min: 0, max: 50 }), weight: 2 },
    )
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 12 }), async (actions) => {
        await using place = new WorkflowPlace()
        const count = actions.filter((one) => one === 'send').length
        await place.open(racing(count))
        await place.start('x')
        let n = 0
        for (const one of actions) {
          if (typeof one === 'number') await place.advance(one)
          else if (one === 'open') await place.open(racing(count))
          else {
            n += 1
            await place.host.send(Job.go('x', { n })).committed
          }
          await place.settled()
        }
        await place.advance(1_000)
        expect(await place.result('x')).toBe(Array.from({ length: count }, (_, index) => index + 1).join())
      }),
      { numRuns: 40 },
    )
  })

  test('takes one when it is in another race', async () => {
    await using place = new WorkflowPlace()
    const job = workflow(Job, async (flow) => {
      const go = flow.receive('go')
      let rounds = 0
      for (;;) {
        rounds += 1
        const came = await Promise.race([go, flow.sleep('30 ms')])
        if (came !== undefined) return `${came.n} in ${rounds}`
        await flow.sleep('100 ms')
      }
    })
    await place.open(job)
    await place.start('x')
    // It comes while nobody asks.
    await place.advance(50)
    await place.host.send(Job.go('x', { n: 7 })).committed
    await place.advance(1_000)
    expect(await place.result('x')).toBe('7 in 2')
  })

  test('in Promise.any loses to what is fulfilled, not to what is rejected', async () => {
    await using place = new WorkflowPlace()
    const job = workflow(Job, async (flow) => {
      const failing = flow.effect('fail', async () => Promise.reject(new Error('no')), { retry: { attempts_max: 1 } })
      const first = await Promise.any([failing, flow.receive('go')])
      const [second, third] = await Promise.all([flow.receive('go'), flow.receive('go')])
      return JSON.stringify([first, second, third])
    })
    await place.open(job)
    await place.start('x')
    await place.settled()
    for (const n of [1, 2, 3]) await place.host.send(Job.go('x', { n })).committed
    expect(await place.result('x')).toBe('[{"n":1},{"n":2},{"n":3}]')
  })
})

describe('a receive of several messages', () => {
  const both = workflow(Job, async (flow) => {
    const got: string[] = []
    for (let count = 0; count < 3; count += 1) {
      const came = await flow.receive(['go', 'other'], { timeout: '1 minute' })
      got.push(came === undefined ? 'none' : `${came.name} ${came.value.n}`)
    }
    return got.join()
  })

  test('has the one that came first, and says which; undefined when none comes in time', async () => {
    await using place = new WorkflowPlace()
    await place.open(both)
    await place.start('x')
    await place.host.send(Job.other('x', { n: 1 })).committed
    await place.host.send(Job.go('x', { n: 2 })).committed
    await place.settled()
    await place.open(both)
    await place.advance(61_000)
    expect(await place.result('x')).toBe('other 1,go 2,none')
  })

  test('has what came early in the order in which it came, and leaves the rest', async () => {
    await using place = new WorkflowPlace()
    const job = workflow(Job, async (flow) => {
      await flow.sleep('1 second')
      const first = await flow.receive(['go', 'other'])
      const rest = await flow.receive('go')
      return `${first.name} ${first.value.n}, go ${rest.n}`
    })
    await place.open(job)
    await place.start('x')
    await place.host.send(Job.other('x', { n: 1 })).committed
    await place.host.send(Job.go('x', { n: 2 })).committed
    await place.advance(2_000)
    expect(await place.result('x')).toBe('other 1, go 2')
  })
})
