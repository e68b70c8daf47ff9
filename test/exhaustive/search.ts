/**
 * Every world that can come of a scope, each once.
 *
 * An engine can't be copied, so a world is reached by making its choices again from the start; of what was reached only a hash,
 * the way to it and its successors are kept.
 *
 * Two choices that commute lead to the same world in either order, so one order is gone through: a choice *sleeps* in a world
 * when it was made before, in a world from which this one is reached by choices that commute with it (sleep sets: Godefroid,
 * *Partial-Order Methods for the Verification of Concurrent Systems*, 1996; where a world is reached again, what sleeps there
 * is what slept each time). It saves transitions, and no world is left out.
 *
 * @module
 */
import { hash } from 'node:crypto'
import { checkAlways, checkDone } from './checks.ts'
import type { Scope } from './scope.ts'
import { Violation } from './violation.ts'
import { commute, World } from './world.ts'

export interface Found {
  readonly message: string
  /** The choices that lead to it, by their places among those that there were. */
  readonly path: readonly number[]
}

export interface Explored {
  readonly scope: string
  readonly k: number
  readonly states: number
  /** Choices that were made. Without `sleep`: all that there are. */
  readonly transitions: number
  /** States in which nothing can move. */
  readonly ends: number
  /** The longest way; the longest of the shortest ways when the search is breadth first. */
  readonly depth: number
  /** All states were visited. */
  readonly complete: boolean
  readonly seconds: number
  readonly found: Found | undefined
}

export interface Limits {
  readonly states_max?: number
  readonly seconds_max?: number
  /** Breadth first finds the shortest way to what is broken; depth first (the default) is quicker. */
  readonly breadthFirst?: boolean
  /** Make all choices in every order. */
  readonly everyOrder?: boolean
  /** Whenever a world is reached again, look whether it does what it did: the proof of the hash. */
  readonly checkMerges?: boolean
  readonly progress?: (explored: { states: number; transitions: number; waiting: number; seconds: number }) => void
}

/** A world that was visited. */
interface Node {
  readonly parent: Node | undefined
  /** The choice that has led here. */
  readonly choice: number
  readonly depth: number
  /** Keys of choices that need not be made here. */
  sleep: ReadonlySet<string>
  /** Those that have to be made although the others were; `undefined`: none was made yet. */
  again: ReadonlySet<string> | undefined
  isWaiting: boolean
  /** Where it goes without a fault, as far as such choices were made; and how many were not. */
  readonly calm: Node[]
  asleep: number
  isEnd: boolean
  /** The world itself, if it is still there. */
  world: World | undefined
}

const worlds_max = 200
const completed_at_once = 50
const nobody: ReadonlySet<string> = new Set()

export async function explore(scope: Scope, limits: Limits = {}): Promise<Explored> {
  Error.stackTraceLimit = 0
  try {
    return await new Search(scope, limits).run()
  } finally {
    Error.stackTraceLimit = 10
  }
}

class Search {
  readonly #scope: Scope
  readonly #limits: Limits
  readonly #visited = new Map<string, Node>()
  readonly #started_ms = performance.now()
  /** Those to go on from. */
  #waiting: Node[] = []
  #next = 0
  #alive: Node[] = []
  #transitions = 0
  readonly #merges: { readonly known: Node; readonly path: readonly number[] }[] = []
  #depth = 0
  #ends = 0

  constructor(scope: Scope, limits: Limits) {
    this.#scope = scope
    this.#limits = limits
  }

  async run(): Promise<Explored> {
    const { states_max = Number.POSITIVE_INFINITY, seconds_max = Number.POSITIVE_INFINITY, progress } = this.#limits
    this.#visit(await World.start(this.#scope), undefined, -1, nobody)
    for (let count = 1; ; count += 1) {
      const node = this.#take()
      if (!node) break
      if (this.#visited.size >= states_max || this.#seconds > seconds_max) return this.#explored(false, undefined)
      if (count % 1000 === 0)
        progress?.({
          states: this.#visited.size,
          transitions: this.#transitions,
          waiting: this.#waiting.length - this.#next,
          seconds: this.#seconds,
        })
      const found = (await this.#expand(node)) ?? (await this.#merged())
      if (found) return this.#explored(false, found)
    }
    const found = await this.#stuck()
    return this.#explored(!found, found)
  }

  get #seconds(): number {
    return (performance.now() - this.#started_ms) / 1000
  }

  #explored(complete: boolean, found: Found | undefined): Explored {
    return {
      scope: this.#scope.name,
      k: this.#scope.k,
      states: this.#visited.size,
      transitions: this.#transitions,
      ends: this.#ends,
      depth: this.#depth,
      complete,
      seconds: this.#seconds,
      found,
    }
  }

  #take(): Node | undefined {
    if (!this.#limits.breadthFirst) return this.#waiting.pop()
    const node = this.#waiting[this.#next]
    this.#next += 1
    if (this.#next > 10_000) {
      this.#waiting = this.#waiting.slice(this.#next)
      this.#next = 0
    }
    return node
  }

  #await(node: Node): void {
    if (node.isWaiting) return
    node.isWaiting = true
    this.#waiting.push(node)
  }

  /** Makes the choices of a world that do not sleep. */
  async #expand(node: Node): Promise<Found | undefined> {
    const { again, sleep } = node
    node.isWaiting = false
    node.again = nobody
    const path = pathTo(node)
    let world: World | undefined = node.world ?? (await reach(this.#scope, path))
    node.world = undefined
    const choices = world.choices()
    const left = { ...world.left }
    const made = choices.filter(({ key }) => sleep.has(key))
    node.asleep = made.filter(({ isFault }) => !isFault).length
    for (const [at, choice] of choices.entries()) {
      if (sleep.has(choice.key) || (again !== undefined && !again.has(choice.key))) continue
      this.#transitions += 1
      const slept = this.#limits.everyOrder ? [] : made.filter((other) => commute(other, choice, left))
      made.push(choice)
      try {
        world ??= await reach(this.#scope, path)
        await take(world, at)
        const to = this.#visit(world, node, at, new Set(slept.map(({ key }) => key)))
        if (!choice.isFault) node.calm.push(to)
      } catch (error) {
        return { message: messageOf(error), path: [...path, at] }
      }
      world = undefined
    }
    return undefined
  }

  #visit(world: World, parent: Node | undefined, choice: number, sleep: ReadonlySet<string>): Node {
    const key = hashOf(world)
    const known = this.#visited.get(key)
    if (known) {
      if (this.#limits.checkMerges && parent) this.#merges.push({ known, path: [...pathTo(parent), choice] })
      const woken = [...known.sleep].filter((other) => !sleep.has(other))
      if (woken.length === 0) return known
      known.sleep = new Set([...known.sleep].filter((other) => sleep.has(other)))
      if (known.again === undefined) return known
      known.again = new Set([...known.again, ...woken])
      this.#await(known)
      return known
    }
    checkAlways(world)
    const isEnd = world.choices().every(({ isFault }) => isFault)
    if (isEnd) {
      // It changes the world.
      this.#ends += 1
      checkDone(world)
    }
    const depth = parent === undefined ? 0 : parent.depth + 1
    this.#depth = Math.max(this.#depth, depth)
    const node: Node = {
      parent,
      choice,
      depth,
      sleep,
      again: undefined,
      isWaiting: false,
      calm: [],
      asleep: 0,
      isEnd,
      world,
    }
    if (isEnd) node.world = undefined
    this.#visited.set(key, node)
    this.#keep(node)
    this.#await(node)
    return node
  }

  /** Two ways to one world: each choice must lead on to one world again. */
  async #merged(): Promise<Found | undefined> {
    for (const { known, path } of this.#merges.splice(0)) {
      const [first, second] = [pathTo(known), path]
      const choices = (await reach(this.#scope, first)).choices()
      const others = (await reach(this.#scope, second)).choices()
      const differs = choices.findIndex(({ key }, at) => key !== others[at]?.key)
      if (differs >= 0 || choices.length !== others.length)
        return { message: `the same world as at ${first.join('.')}, with other choices`, path }
      for (const at of choices.keys())
        if (hashOf(await reach(this.#scope, [...first, at])) !== hashOf(await reach(this.#scope, [...second, at])))
          return {
            message: `the same world as at ${first.join('.')}, and goes elsewhere from there`,
            path: [...path, at],
          }
    }
    return undefined
  }

  /** Some worlds are kept, so that they need not be reached again. */
  #keep(node: Node): void {
    this.#alive.push(node)
    if (this.#alive.length < 2 * worlds_max) return
    for (const old of this.#alive.splice(0, worlds_max)) old.world = undefined
  }

  /** From every state, an end must be in reach without any more faults (G7). */
  async #stuck(): Promise<Found | undefined> {
    for (;;) {
      const reaching = reachingAnEnd(this.#visited.values())
      const lost = [...this.#visited.values()].filter((node) => !reaching.has(node))
      const half = lost.filter(({ asleep }) => asleep > 0)
      const [first] = lost
      if (!first) return undefined
      if (half.length === 0)
        return { message: 'from here the work is never done, though nothing fails any more', path: pathTo(first) }
      // Where one goes on, many that lead there do.
      half.sort((a, b) => b.depth - a.depth)
      for (const node of half.slice(0, completed_at_once)) await this.#complete(node)
    }
  }

  /** Finds where the choices lead that sleep. */
  async #complete(node: Node): Promise<void> {
    const path = pathTo(node)
    const choices = (await reach(this.#scope, path)).choices()
    for (const [at, { key, isFault }] of choices.entries()) {
      if (isFault || !node.sleep.has(key)) continue
      const world = await reach(this.#scope, path)
      await take(world, at)
      const to = this.#visited.get(hashOf(world))
      if (!to) throw new Error(`what slept leads where nothing else does: ${[...path, at].join('.')}`)
      node.calm.push(to)
    }
    node.asleep = 0
  }
}

function reachingAnEnd(nodes: Iterable<Node>): ReadonlySet<Node> {
  const before = new Map<Node, Node[]>()
  const reaching = new Set<Node>()
  for (const node of nodes) {
    if (node.isEnd) reaching.add(node)
    for (const to of node.calm) {
      const known = before.get(to)
      if (known) known.push(node)
      else before.set(to, [node])
    }
  }
  const waiting = [...reaching]
  for (let node = waiting.pop(); node; node = waiting.pop())
    for (const from of before.get(node) ?? []) {
      if (reaching.has(from)) continue
      reaching.add(from)
      waiting.push(from)
    }
  return reaching
}

function pathTo(node: Node): number[] {
  const path: number[] = []
  for (let at = node; at.parent !== undefined; at = at.parent) path.push(at.choice)
  return path.reverse()
}

const hashOf = (world: World): string => hash('md5', world.canonical(), 'base64')

async function reach(scope: Scope, path: readonly number[]): Promise<World> {
  const world = await World.start(scope)
  for (const at of path) await take(world, at)
  return world
}

async function take(world: World, at: number): Promise<void> {
  const choice = world.choices()[at]
  if (!choice) throw new Error(`there is no choice ${at}`)
  await world.step(choice)
}

const messageOf = (error: unknown): string =>
  error instanceof Violation
    ? error.message
    : error instanceof Error
      ? `${error.message}\n${error.stack}`
      : String(error)

/** The way as sentences. */
export async function story(scope: Scope, path: readonly number[]): Promise<string[]> {
  const lines: string[] = []
  try {
    const world = await World.start(scope)
    for (const at of path) {
      const choice = world.choices()[at]
      if (!choice) return [...lines, `there is no choice ${at}`]
      lines.push(choice.label())
      await world.step(choice)
      checkAlways(world)
    }
    if (world.choices().every(({ isFault }) => isFault)) checkDone(world)
  } catch (error) {
    lines.push(`BROKEN: ${messageOf(error)}`)
  }
  return lines
}
