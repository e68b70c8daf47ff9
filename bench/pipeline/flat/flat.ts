/**
 * Whether a step costs the same at the start of a store's life and after very many.
 *
 * @module
 */
import { type CoreMaker, wasm } from '@darq/core'
import { openHosted } from '@darq/runtime'
import { Random } from '../../random.ts'
import type { Contender } from '../contenders/contender.ts'
import { overLink } from '../contenders/over-link.ts'
import { runClosedLoops } from '../load/closed-loop.ts'
import { counter } from '../load/counter.ts'
import type { FlatPlan } from '../plan.ts'
import type { Ground } from './ground.ts'

/** A window is run in so many pieces; between them, untimed, it is looked at what is stored. */
const pieces = 10
/** As many windows' steps does the old store see before anything is measured. */
const warm_up_windows = 5

/** One window. */
export interface Window {
  readonly step_us: number
  /** The most that was seen in the window: what is consumed is cleared away now and then. */
  readonly stored_bytes: number
  /** Of the cores: all of the Wasm memory. */
  readonly core_bytes: number
}

export interface Flat {
  readonly young: readonly Window[]
  readonly old: readonly Window[]
  /**
   * All of the thread's heap and buffers, garbage collected, while the old store is the only one: when it is a few windows
   * old, its code compiled, and when it is old. `undefined`: unknown here.
   */
  readonly heap: { readonly early_bytes: number; readonly late_bytes: number } | undefined
}

export const old_store = 'old'
const young_store = 'young'

/** Leaves the old store behind, closed. The young ones come and go between its windows, in random order. */
export async function measureFlat(ground: Ground, plan: FlatPlan, seed: number): Promise<Flat> {
  const random = new Random(seed)
  const young: Window[] = []
  const old: Window[] = []
  const elder = await openSubject(ground, old_store)
  const warm_up_steps = warm_up_windows * plan.window_steps
  await elder.run(warm_up_steps, plan.producers)
  const early_bytes = await ground.heap_bytes?.()
  await elder.run(plan.old_steps - warm_up_steps, plan.producers)
  const late_bytes = await ground.heap_bytes?.()
  for (let nth = 0; nth < plan.windows; nth++) {
    for (const turn of random.shuffled(['young', 'old'] as const)) {
      if (turn === 'old') old.push(await elder.window(plan))
      else young.push(await windowOfYoung(ground, plan))
    }
  }
  await elder.contender.close()
  if (early_bytes === undefined || late_bytes === undefined) return { young, old, heap: undefined }
  return { young, old, heap: { early_bytes, late_bytes } }
}

async function windowOfYoung(ground: Ground, plan: FlatPlan): Promise<Window> {
  const subject = await openSubject(ground, young_store)
  await subject.run(plan.young_steps, plan.producers)
  const window = await subject.window(plan)
  await subject.contender.close()
  await ground.drop(young_store)
  return window
}

interface Subject {
  readonly contender: Contender
  /** @returns how long it took */
  run(steps: number, producers: number): Promise<number>
  window(plan: FlatPlan): Promise<Window>
}

async function openSubject(ground: Ground, store: string): Promise<Subject> {
  const buffers: (() => number)[] = []
  const make = await wasm()
  const core: CoreMaker = (limits) => {
    const made = make(limits)
    buffers.push(() => made.bytes.buffer.byteLength)
    return made
  }
  const hosted = await openHosted({ name: 'bench', participants: [counter], storage: ground.storage(store), core })
  const contender = overLink({ link: hosted.link, close: () => hosted.close(), oneClient: true })
  async function run(steps: number, producers: number): Promise<number> {
    const { now_ms } = ground
    const more = (sent: number) => sent < steps
    return (await runClosedLoops(contender, { producers, more, now_ms, messages_per_sample: 1 })).elapsed_ms
  }
  return {
    contender,
    run,
    async window({ window_steps, producers }) {
      let elapsed_ms = 0
      let stored_bytes = 0
      for (let piece = 0; piece < pieces; piece++) {
        elapsed_ms += await run(window_steps / pieces, producers)
        stored_bytes = Math.max(stored_bytes, await ground.stored_bytes(store))
      }
      const core_bytes = buffers.reduce((sum, bytesOf) => sum + bytesOf(), 0)
      return { step_us: (elapsed_ms / window_steps) * 1000, stored_bytes, core_bytes }
    },
  }
}
