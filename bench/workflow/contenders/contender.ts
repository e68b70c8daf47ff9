/**
 * Who runs workflows, as the load sees them.
 *
 * @module
 */

export const contenderNames = [
  'darq',
  'darq-http',
  'darq-calls',
  'platform',
  'restate',
  'restate-workflow',
  'dbos',
] as const
export type ContenderName = (typeof contenderNames)[number]

/** Starts one workflow of three steps and resolves when it is done. One at a time. Rejects if what came back is wrong. */
export type Client = () => Promise<void>

export interface Opened {
  /** Name and version of what it runs on. */
  readonly version: string
  /** What it promises of a step that is done, and how it was told to. */
  readonly durability: string
  /** A new client, with an id of its own where the contender has such. */
  client(): Client
  /** The processes that do its work; their children are counted with them. */
  readonly processes: readonly number[]
  close(): Promise<void>
}

export interface ContenderContext {
  /** For all that it stores: its own, on a disk. */
  readonly folder: string
  /** Where its flushes are to be noted; `undefined`: nobody counts, and nothing slows them down. */
  readonly flushes: FlushNotes | undefined
}

/** Under which the process that writes is started. */
export interface FlushNotes {
  /** Goes before the command. */
  readonly prefix: readonly string[]
}

/** @throws {Missing} it can't be had on this machine */
export type Open = (context: ContenderContext) => Promise<Opened>

/** What a workflow of three steps comes to, in all contenders: each step gives its number, the workflow their sum. */
export const steps_sum = 6

/** @throws {Error} `answer` isn't what three steps come to */
export function checkAnswer(contender: string, answer: unknown): void {
  const steps = typeof answer === 'object' && answer !== null ? Reflect.get(answer, 'steps') : undefined
  if (steps !== steps_sum)
    throw new Error(`${contender}: expected ${steps_sum} steps in all, got ${JSON.stringify(answer)}`)
}
