/**
 * Where contenders are measured: inside a browser's worker, a Durable Object, or a thread. One contender a stage.
 *
 * @module
 */
import type { Contender, ContenderName, Meter } from './contenders/contender.ts'
import { type Round, runClosedLoops } from './load/closed-loop.ts'

export interface Stage {
  /** Opens the contender over an empty store. */
  open(contender: ContenderName): Promise<void>
  /** Runs closed loops of so many producers for so long, and until all is durable. */
  round(producers: number, budget_ms: number): Promise<Round>
  close(): Promise<void>
}

const looks_every = 16

export interface StageContext {
  readonly contender: (name: ContenderName) => Promise<Contender>
  readonly now_ms: () => number
  /** `undefined`: there is no platform under the contender. */
  readonly meter: Meter | undefined
  /** See `Loops.messages_per_sample`; for one producer alone, whose latency is short. */
  readonly messages_per_sample: number
}

export function stageIn({ contender, now_ms, meter, messages_per_sample }: StageContext): Stage {
  let opened: Contender | undefined
  return {
    async open(name) {
      opened = await contender(name)
    },
    async round(producers, budget_ms) {
      if (opened === undefined) throw new Error('the stage is empty')
      const before_bytes = meter?.bytes
      const end_ms = now_ms() + budget_ms
      const round = await runClosedLoops(opened, {
        producers,
        now_ms,
        // At least one each, however slow. Where many run, it isn't looked at the clock for every message.
        more: (sent) => sent < producers || (producers > looks_every && sent % looks_every > 0) || now_ms() < end_ms,
        messages_per_sample: producers === 1 ? messages_per_sample : 1,
      })
      const written_bytes = meter === undefined || before_bytes === undefined ? undefined : meter.bytes - before_bytes
      return { ...round, written_bytes }
    },
    async close() {
      await opened?.close()
      opened = undefined
    },
  }
}
