/**
 * Takes the contenders through their rounds, in turn; then counts their flushes, apart.
 *
 * @module
 */
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Missing } from '../core/runtimes/runtime.ts'
import { Random } from '../random.ts'
import type { Client, ContenderName, Open, Opened } from './contenders/contender.ts'
import { canCountFlushes, noteFlushes } from './flushes.ts'
import { type Meter, type Round, runRound } from './load/closed-loops.ts'
import type { Load, Plan } from './plan.ts'
import { timeOf_ms } from './processor-time.ts'

export interface Measured {
  readonly contender: ContenderName
  readonly load: Load
  readonly rounds: readonly Round[]
  /** One more round, of a contender whose flushes are counted. It is not timed. */
  readonly counted: Round | undefined
}

export interface Driven {
  readonly measured: readonly Measured[]
  /** What each contender runs on, and what it promises. */
  readonly opened: ReadonlyMap<ContenderName, Pick<Opened, 'version' | 'durability'>>
  /** Who is not here, and why. */
  readonly missing: readonly string[]
}

const now_ms = () => performance.now()

function meterOf({ processes }: Opened, flushes: () => Promise<number | undefined>): Meter {
  return async () => {
    const { user, system } = process.cpuUsage()
    return { flushes: await flushes(), time_ms: timeOf_ms(processes), client_ms: (user + system) / 1000 }
  }
}
const notCounted = async () => undefined
/** The folder of all contenders: each may run as another user. */
const readable_by_all = 0o755

/** All are open while one is measured: an idle server may not cost the others anything that it would not cost in use. */
export async function drive(
  contenders: ReadonlyMap<ContenderName, Open>,
  plan: Plan,
  say: (line: string) => void,
): Promise<Driven> {
  const folder = await mkdtemp(join(tmpdir(), 'darq-bench-workflow-'))
  await chmod(folder, readable_by_all)
  const open = new Map<ContenderName, Opened>()
  const missing: string[] = []
  try {
    for (const [name, opens] of contenders) {
      try {
        open.set(name, await opens({ folder: await subfolder(folder, name), flushes: undefined }))
      } catch (error) {
        if (!(error instanceof Missing)) throw error
        missing.push(`${name}: ${error.message}`)
        say(`left out: ${name}: ${error.message}`)
      }
    }
    const timed = await time(open, plan, say)
    for (const opened of open.values()) await opened.close()
    const found = [...open].map(([name, { version, durability }]) => [name, { version, durability }] as const)
    open.clear()
    const counted = new Map<ContenderName, readonly Round[]>()
    if (canCountFlushes())
      for (const [name] of found) {
        say(`${name}: counting flushes`)
        const opens = contenders.get(name)
        if (opens === undefined) continue
        try {
          counted.set(name, await count(opens, await subfolder(folder, `${name}-counted`), plan))
        } catch (error) {
          // What was timed is not thrown away.
          missing.push(`${name}: its flushes could not be counted: ${error instanceof Error ? error.message : error}`)
        }
      }
    else missing.push('flushes: not counted, there is no strace that filters by seccomp')
    const measured = timed.map((cell) => ({
      ...cell,
      counted: counted.get(cell.contender)?.[plan.loads.indexOf(cell.load)],
    }))
    return { measured, opened: new Map(found), missing }
  } finally {
    for (const opened of open.values()) await opened.close()
    await rm(folder, { recursive: true, force: true })
  }
}

async function subfolder(folder: string, name: string): Promise<string> {
  const made = join(folder, name)
  await mkdir(made)
  return made
}

function clientsOf(opened: Opened, { clients }: Load): Client[] {
  return Array.from({ length: clients }, () => opened.client())
}

/** Rounds go in an order that is drawn anew each time. */
async function time(
  open: ReadonlyMap<ContenderName, Opened>,
  plan: Plan,
  say: (line: string) => void,
): Promise<Omit<Measured, 'counted'>[]> {
  const random = new Random(plan.seed)
  const cells = [...open].flatMap(([contender, opened]) =>
    plan.loads.map((load) => ({
      ...{ contender, load, rounds: [] as Round[] },
      ...{ clients: clientsOf(opened, load), meter: meterOf(opened, notCounted) },
    })),
  )
  for (const { contender, clients, meter } of cells) {
    say(`${contender}, ${clients.length} in flight: warming up`)
    await runRound(clients, plan.warm_up_runs, meter, now_ms)
  }
  for (let number = 1; number <= plan.rounds; number += 1)
    for (const { contender, load, clients, meter, rounds } of random.shuffled(cells)) {
      await reconnect(clients)
      const round = await runRound(clients, load.runs, meter, now_ms)
      rounds.push(round)
      say(`round ${number}: ${contender}, ${load.clients} in flight: ${rate(round)} runs/s`)
    }
  return cells
}

/** A server may have closed what was idle since its last round, and a request may have been on its way then. */
async function reconnect(clients: readonly Client[]): Promise<void> {
  await Promise.all(clients.map((client) => client().catch(client)))
}

function rate({ runs, elapsed_ms }: Round): string {
  return ((runs / elapsed_ms) * 1000).toFixed(0)
}

/** A round under each load, of a contender that is opened for it alone. */
async function count(opens: Open, folder: string, plan: Plan): Promise<Round[]> {
  const flushes = noteFlushes(join(folder, 'flushes'))
  const opened = await opens({ folder, flushes })
  const meter = meterOf(opened, flushes.count)
  const rounds: Round[] = []
  try {
    for (const load of plan.loads) {
      const clients = clientsOf(opened, load)
      await reconnect(clients)
      await runRound(clients, Math.min(load.runs, plan.warm_up_runs), meter, now_ms)
      rounds.push(await runRound(clients, load.runs, meter, now_ms))
    }
    return rounds
  } finally {
    await opened.close()
  }
}
