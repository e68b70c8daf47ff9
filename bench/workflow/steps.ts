/**
 * What is measured of this library: workflows of a few steps and of many, and the participant that they call.
 *
 * @module
 */
import { address, call, participant } from '@darq/runtime'
import { workflow } from '@darq/runtime/workflow'
import * as v from 'valibot'

const Done = v.object({ steps: v.number() })
const Ask = v.object({ step: v.number() })

/** How many DARQs, and so Durable Objects, the instances of a family share. */
export const darqs = 4

/** Three effects, each when the one before is committed. */
export const Steps = address('steps/*', { start: call(v.object({}), Done) }, { darqs })
/** Three calls to another participant: speculative, committed with the answer. */
export const Calls = address('calls/*', { start: call(v.object({}), Done) }, { darqs })
/** Who is called. */
export const Echo = address('echo/*', { ask: call(Ask, v.object({ step: v.number(), ok: v.boolean() })) })

export const steps = workflow(Steps, async (flow) => {
  const one = await flow.effect('one', async () => ({ step: 1, ok: true }))
  const two = await flow.effect('two', async () => ({ step: 2, ok: true }))
  const three = await flow.effect('three', async () => ({ step: 3, ok: true }))
  return { steps: one.step + two.step + three.step }
})

/** One for each DARQ of the family, about. */
function echoOf(id: string): string {
  return `${id.charCodeAt(0) % darqs}`
}

export const calls = workflow(Calls, async (flow) => {
  const to = echoOf(flow.id)
  const one = await flow.call(Echo.ask(to, { step: 1 }))
  const two = await flow.call(Echo.ask(to, { step: 2 }))
  const three = await flow.call(Echo.ask(to, { step: 3 }))
  return { steps: one.step + two.step + three.step }
})

export const echo = participant(Echo, {
  state: {},
  on: { ask: (_step, { step }) => ({ step, ok: true }) },
})
