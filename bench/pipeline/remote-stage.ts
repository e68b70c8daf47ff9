/**
 * A stage behind a port: the driver's side and the stage's side. Works over anything that passes JSON.
 *
 * @module
 */
import type { ContenderName } from './contenders/contender.ts'
import type { Round } from './load/closed-loop.ts'
import type { Stage } from './stage.ts'

export type Ask =
  | { readonly ask: 'open'; readonly contender: ContenderName }
  | { readonly ask: 'round'; readonly producers: number; readonly budget_ms: number }
  | { readonly ask: 'close' }
export type Answer = { readonly done: true } | { readonly round: Round } | { readonly error: string }

/** Sends one question and resolves with its answer. One at a time. */
export type Send = (ask: Ask) => Promise<Answer>

/** @returns the answer to one question; never rejects */
export async function answer(stage: Stage, ask: Ask): Promise<Answer> {
  try {
    switch (ask.ask) {
      case 'open':
        await stage.open(ask.contender)
        return { done: true }
      case 'round':
        return { round: await stage.round(ask.producers, ask.budget_ms) }
      case 'close':
        await stage.close()
        return { done: true }
    }
  } catch (error) {
    return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
}

/** @returns a stage that is elsewhere */
export function remoteStage(send: Send): Stage {
  const ask = async (question: Ask): Promise<Answer> => {
    const answered = await send(question)
    if ('error' in answered) throw new Error(answered.error)
    return answered
  }
  return {
    async open(contender) {
      await ask({ ask: 'open', contender })
    },
    async round(producers, budget_ms) {
      const answered = await ask({ ask: 'round', producers, budget_ms })
      if (!('round' in answered)) throw new Error('the stage answered no round')
      return answered.round
    },
    async close() {
      await ask({ ask: 'close' })
    },
  }
}
