/**
 * One life of a host: a process with its tasks, its timers, its engine.
 *
 * Time stands still. What would happen "soon" waits in a row, in order; a timer waits until the world lets it ring, whenever
 * it is due: how long the engine waits is not looked at, in what order things come is.
 *
 * @module
 */
import type { LiveHost } from '../../runtime-ts/src/engine/host.ts'
import type { Clock } from '../../runtime-ts/src/engine/types.ts'
import type { Write, Writer } from './disk.ts'

export interface Timer {
  /** Which piece of code waits. */
  readonly kind: string
  readonly run: () => void
}

const start_ms = 1_700_000_000_000
const kinds = new Map<string, string>()

/** Names a closure by its source. */
export function kindOf(run: () => void): string {
  const source = run.toString()
  let kind = kinds.get(source)
  if (kind === undefined) {
    kind = source.replace(/\s+/g, ' ').replaceAll('$', '')
    kinds.set(source, kind)
  }
  return kind
}

export class Life implements Clock, Writer {
  readonly host: string
  /** 1, 2, 3, … of this host. */
  readonly life: number
  engine: LiveHost | undefined
  write: Write | undefined
  readonly tasks: (() => void)[] = []
  timers: Timer[] = []
  /** By what takes a timer back: that is what the engine keeps of it. */
  readonly cancels = new Map<unknown, Timer>()
  #isOver = false
  /** The newest version that it has told to be committed. */
  told = 0

  constructor(host: string, life: number) {
    this.host = host
    this.life = life
  }

  get isOver(): boolean {
    return this.#isOver
  }

  /** What its next task is. */
  get taskKind(): string | undefined {
    const [task] = this.tasks
    return task && kindOf(task)
  }

  now_ms(): number {
    return start_ms
  }

  soon(run: () => void): void {
    if (!this.#isOver) this.tasks.push(run)
  }

  wake(_at_ms: number, run: (() => void) & { readonly waits?: () => void }): () => void {
    const timer = { kind: run.waits ? kindOf(run.waits) : kindOf(run), run }
    if (!this.#isOver) this.timers.push(timer)
    const cancel = () => {
      this.timers = this.timers.filter((other) => other !== timer)
      this.cancels.delete(cancel)
    }
    this.cancels.set(cancel, timer)
    return cancel
  }

  ring(timer: Timer): void {
    this.timers = this.timers.filter((other) => other !== timer)
    timer.run()
  }

  /** The process is gone. */
  end(): void {
    this.#isOver = true
    this.tasks.length = 0
    this.timers = []
    this.write = undefined
  }
}
