/**
 * A stage: one contender, alone in its thread or isolate, with a clock. The driver asks it for rounds.
 *
 * Each contender has a stage of its own so that none spoils what the engine has learnt about another's types, and none pays
 * for another's garbage.
 *
 * @module
 */

import { quantile } from '../statistics.ts'
import type { Makers } from './contenders/contender.ts'
import { openWorkload } from './workloads/open.ts'
import type { StageContext, Workload, WorkloadSpec } from './workloads/workload.ts'

/** What one round of timed sections came to. */
export interface Round {
  /** The timed sections together. */
  readonly elapsed_ms: number
  readonly items: number
  /** The section in the middle: what it takes when nothing else on the machine gets in its way, and no collector either. */
  readonly section_ms: number
  readonly section_items: number
  readonly payload_bytes: number
  readonly calls_ms: readonly number[]
  readonly commits_ms: readonly number[]
  readonly memory_bytes: number | undefined
}

/** One contender's measurements under one workload. */
export interface Measured {
  /** The very first section, before any warm-up. */
  readonly cold: Round
  readonly rounds: readonly Round[]
}

export interface Stage {
  /** Gets a workload ready, and drops the one before. @returns whether it can be run here */
  open(spec: WorkloadSpec): Promise<boolean>
  /** Runs sections until the timed parts come to `budget_ms`, one at least. */
  round(budget_ms: number): Promise<Round>
  /** The smallest step of the clock; the largest number if it stands still while a script runs. */
  resolution_ms(): Promise<number>
}

export interface StageOptions extends StageContext {
  /** Lets a section begin anywhere between two steps of a coarse clock, so that rounding evens out. */
  readonly dither?: (() => void) | undefined
}

/** Untimed parts may take so many times the budget before a round is ended. */
const untimed_factor = 4

export function localStage<Arrival, Key, Vector>(makers: Makers<Arrival, Key, Vector>, options: StageOptions): Stage {
  const { now_ms, dither } = options
  let workload: Workload | undefined

  const time = (run: () => void): number => {
    dither?.()
    const started_ms = now_ms()
    run()
    return now_ms() - started_ms
  }

  return {
    async open(spec) {
      workload = undefined
      workload = openWorkload(makers, spec, options)
      return workload !== undefined
    },

    async round(budget_ms) {
      if (workload === undefined) throw new Error('no workload is open')
      const began_ms = now_ms()
      const calls_ms: number[] = []
      const commits_ms: number[] = []
      const sections_ms: number[] = []
      let elapsed_ms = 0
      let items = 0
      let payload_bytes = 0
      do {
        workload.prepare()
        const section_ms = time(workload.run)
        sections_ms.push(section_ms)
        elapsed_ms += section_ms
        workload.verify()
        items += workload.items
        payload_bytes += workload.payload_bytes
        calls_ms.push(...(workload.calls_ms ?? []))
        commits_ms.push(...(workload.commits_ms ?? []))
      } while (elapsed_ms < budget_ms && now_ms() - began_ms < budget_ms * untimed_factor)
      const section_ms = quantile(sections_ms, 0.5)
      const { items: section_items, memory_bytes } = workload
      return { elapsed_ms, items, section_ms, section_items, payload_bytes, calls_ms, commits_ms, memory_bytes }
    },

    async resolution_ms() {
      return resolution(now_ms)
    },
  }
}

/** @returns the smallest step of the clock that was seen; the largest number if it stands still */
function resolution(now_ms: () => number): number {
  const tries_max = 5_000_000
  const steps_max = 20
  let smallest_ms = Number.MAX_VALUE
  let last_ms = now_ms()
  for (let tries = 0, steps = 0; tries < tries_max && steps < steps_max; tries++) {
    const ms = now_ms()
    if (ms === last_ms) continue
    smallest_ms = Math.min(smallest_ms, ms - last_ms)
    last_ms = ms
    steps++
  }
  return smallest_ms
}
