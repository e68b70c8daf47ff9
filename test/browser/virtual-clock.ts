import type { Clock } from '@darq/runtime/engine'

/** Time that passes when a test says so. */
export interface VirtualClock extends Clock {
  /** Runs what is due until then, in order of time, letting promises settle in between. */
  advance(by_ms: number): Promise<void>
}

export function virtualClock(start_ms = 1_000): VirtualClock {
  let now_ms = start_ms
  let order = 0
  let due: { readonly at_ms: number; readonly order: number; readonly run: () => void }[] = []

  function wake(at_ms: number, run: () => void): () => void {
    order += 1
    const entry = { at_ms, order, run }
    due.push(entry)
    return () => {
      due = due.filter((other) => other !== entry)
    }
  }

  return {
    now_ms: () => now_ms,
    wake,
    soon: (run) => void wake(now_ms, run),
    async advance(by_ms) {
      const until_ms = now_ms + by_ms
      for (;;) {
        await settled()
        const next = due
          .filter((entry) => entry.at_ms <= until_ms)
          .sort((a, b) => a.at_ms - b.at_ms || a.order - b.order)
          .at(0)
        if (next === undefined) break
        due = due.filter((other) => other !== next)
        now_ms = Math.max(now_ms, next.at_ms)
        next.run()
      }
      now_ms = until_ms
    },
  }
}

/** A macrotask later every promise that could settle has. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
