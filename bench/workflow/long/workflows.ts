/**
 * A workflow of many steps, and one that is interrupted after as many.
 *
 * @module
 */
import { address, call, type Participant, participant, refuse } from '@darq/runtime'
import { workflow } from '@darq/runtime/workflow'
import * as v from 'valibot'

/** What a step is: an effect that nobody outside sees, or a call to a participant. Neither waits for a flush. */
export const formNames = ['effects', 'calls'] as const
export type FormName = (typeof formNames)[number]

const Work = v.object({ steps: v.number(), form: v.picklist(formNames) })
const Done = v.object({ steps: v.number() })

export const Long = address('long/*', { start: call(Work, Done) }, { darqs: 1 })
export const Interrupted = address('interrupted/*', { start: call(Work, Done) }, { darqs: 1 })
export const Next = address('next', { step: call(v.object({ step: v.number() }), v.object({ step: v.number() })) })

export const next = participant(Next, { state: {}, on: { step: (_step, { step }) => ({ step }) } })

/** What happens inside, for the benchmark to see. */
export interface Watcher {
  /** `steps` of the instance `id` are done. A function that is brought back after a restart says so again. */
  done(id: string, steps: number): void
  /** The effect that follows the last step runs. Nothing goes on before this resolves. */
  next(id: string): Promise<void>
}

export function participants(watcher: Watcher): Participant[] {
  return [
    workflow(Long, async (flow, work) => {
      const { steps } = work
      watcher.done(flow.id, 0)
      for (let step = 1; step <= steps; step += 1) {
        await one(flow, work.form, step)
        watcher.done(flow.id, step)
      }
      return { steps }
    }),
    workflow(Interrupted, async (flow, work) => {
      const { steps } = work
      for (let step = 1; step <= steps; step += 1) await one(flow, work.form, step)
      await flow.effect(
        'next',
        async () => {
          await watcher.next(flow.id)
          return { step: steps + 1 }
        },
        { timeout: '10 minutes' },
      )
      return { steps: steps + 1 }
    }),
    next,
  ]
}

type AnyFlow = Parameters<Parameters<typeof workflow>[1]>[0]

async function one(flow: Pick<AnyFlow, 'call' | 'effect'>, form: FormName, step: number): Promise<void> {
  const done =
    form === 'calls'
      ? await flow.call(Next.step({ step }))
      : await flow.effect('step', async () => ({ step }), { pure: true })
  if (done.step !== step) refuse('out of order', { expected: step, got: done.step })
}
