/**
 * A stage behind a port: the driver's side and the stage's side. Works over anything that passes structured clones.
 *
 * @module
 */
import type { Round, Stage } from './stage.ts'
import type { WorkloadSpec } from './workloads/workload.ts'

export type Ask =
  | { readonly ask: 'open'; readonly spec: WorkloadSpec }
  | { readonly ask: 'round'; readonly budget_ms: number }
  | { readonly ask: 'resolution' }

export type Answer = { readonly ok: boolean | number | Round } | { readonly error: string }

/** Sends one question and resolves with its answer. One at a time. */
export type Send = (ask: Ask) => Promise<Answer>

/** @returns the answer to one question; never rejects */
export async function answer(stage: Stage, ask: Ask): Promise<Answer> {
  try {
    switch (ask.ask) {
      case 'open':
        return { ok: await stage.open(ask.spec) }
      case 'round':
        return { ok: await stage.round(ask.budget_ms) }
      case 'resolution':
        return { ok: await stage.resolution_ms() }
    }
  } catch (error) {
    return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
}

/** @returns a stage that is elsewhere */
export function remoteStage(send: Send): Stage {
  const ask = async (question: Ask): Promise<boolean | number | Round> => {
    const answered = await send(question)
    if ('error' in answered) throw new Error(answered.error)
    return answered.ok
  }
  return {
    async open(spec) {
      return (await ask({ ask: 'open', spec })) === true
    },
    async round(budget_ms) {
      const round = await ask({ ask: 'round', budget_ms })
      if (typeof round !== 'object') throw new Error('the stage answered no round')
      return round
    },
    async resolution_ms() {
      const resolution_ms = await ask({ ask: 'resolution' })
      if (typeof resolution_ms !== 'number') throw new Error('the stage answered no resolution')
      return resolution_ms
    },
  }
}
