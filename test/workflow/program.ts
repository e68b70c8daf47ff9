/**
 * Small programs for workflows, as data: random ones are run with and without interruption, and must come to the same.
 *
 * Whatever can win or lose a race is told apart by time: durations are such that no two moments are the same, whichever of
 * them are added up. What is over at once (calls, effects) meets only what takes longer.
 *
 * @module
 */
import { address, call, DarqError, participant, query, refuse } from '@darq/runtime'
import { type Flow, workflow } from '@darq/runtime/workflow'
import fc from 'fast-check'
import * as v from 'valibot'

export type Program =
  | { readonly kind: 'call' | 'refused' | 'effect' | 'failing' | 'undo' | 'chance'; readonly id: number }
  | { readonly kind: 'sleep'; readonly id: number; readonly longs: number }
  | { readonly kind: 'receive'; readonly id: number; readonly longs: number | undefined }
  | { readonly kind: 'sequence' | 'all' | 'race' | 'any' | 'guarded'; readonly parts: readonly Program[] }

/** Messages come every so often. */
export const long_ms = 30_000_000
const moment_ms = 5_003

const span = (id: number, longs: number): `${number} ms` => `${longs * long_ms + moment_ms * 2 ** (id % 11)} ms`

const messages = { start: call(v.object({ rounds: v.number() }), v.string()), go: v.number() }
export const Play = address('play/*', messages, { darqs: 1 })
/** Answers, and writes down what it is told. */
export const Scribe = address('scribe', {
  ask: call(v.number(), v.number()),
  no: call(v.number(), v.number()),
  tell: v.string(),
  told: query(v.array(v.string())),
})
export const scribe = participant(Scribe, {
  state: { told: '' },
  on: {
    ask: (_step, n) => n,
    no: () => refuse('no'),
    tell(step, what) {
      step.state.told += `${what}\n`
    },
    told: (read) => read.state.told.split('\n').slice(0, -1).sort(),
  },
})

/** The outside world: the keys that each effect was asked for with. */
export type Asked = Map<string, string[]>

export const play = (program: Program, asked: Asked) =>
  workflow(Play, async (flow, { rounds }) => {
    const result = await run(flow, program, (what, key) => {
      const name = `${what} of round ${rounds}`
      asked.set(name, [...(asked.get(name) ?? []), key])
    })
    if (rounds > 0) return flow.continueAsNew({ rounds: rounds - 1 })
    return result
  })

async function run(
  flow: Flow<typeof messages>,
  program: Program,
  asks: (what: string, key: string) => void,
): Promise<string> {
  const parts = (given: readonly Program[]) => given.map((part) => run(flow, part, asks))
  switch (program.kind) {
    case 'call':
      return `${await flow.call(Scribe.ask(program.id))}`
    case 'refused':
      return `${await flow.call(Scribe.no(program.id))}`
    case 'effect':
      return flow.effect(`effect ${program.id}`, async ({ key }) => {
        asks(`effect ${program.id}`, key)
        return `e${program.id}`
      })
    case 'failing':
      return flow.effect(
        `failing ${program.id}`,
        async ({ key }) => {
          asks(`failing ${program.id}`, key)
          throw new DarqError('app:failed')
        },
        { retry: { attempts_max: 1 } },
      )
    case 'undo':
      flow.undo(`undo ${program.id}`, async () => {
        await flow.call(Scribe.ask(program.id))
        await flow.send(Scribe.tell(`undone ${program.id}`))
      })
      return `u${program.id}`
    case 'chance':
      await flow.send(Scribe.tell(`chance ${program.id}`))
      return `${flow.random() < 2 && flow.uuid().length}`
    case 'sleep':
      await flow.sleep(span(program.id, program.longs))
      await flow.send(Scribe.tell(`slept ${program.id}`))
      return `s${program.id}`
    case 'receive': {
      const { id, longs } = program
      const got =
        longs === undefined ? await flow.receive('go') : await flow.receive('go', { timeout: span(id, longs) })
      return `r${id} ${got}`
    }
    case 'sequence': {
      const results = []
      for (const part of program.parts) results.push(await run(flow, part, asks))
      return `(${results.join(' ')})`
    }
    case 'all':
      return `all(${(await Promise.all(parts(program.parts))).join(' ')})`
    case 'race':
      return `race(${await Promise.race(parts(program.parts))})`
    case 'any':
      return `any(${await Promise.any(parts(program.parts))})`
    case 'guarded':
      try {
        return (await Promise.all(parts(program.parts))).join(' ')
      } catch (error) {
        return `caught ${error instanceof DarqError ? error.code : 'another'}`
      }
  }
}

type Leaf = Exclude<Program, { readonly parts: readonly Program[] }>
type LeafKind = Leaf['kind']

/** Every leaf gets a number of its own, and with it a moment of its own. */
function numbered(program: Program): Program {
  let last = 0
  const number = (part: Program): Program => {
    if ('parts' in part) return { ...part, parts: part.parts.map(number) }
    last += 1
    return { ...part, id: last }
  }
  return number(program)
}

const leaf = (...kinds: readonly LeafKind[]): fc.Arbitrary<Program> =>
  fc.constantFrom(...kinds).chain((kind): fc.Arbitrary<Program> => {
    if (kind === 'sleep') return fc.record({ kind: fc.constant(kind), id: fc.constant(0), longs: fc.nat(2) })
    if (kind === 'receive')
      return fc.record({
        kind: fc.constant(kind),
        id: fc.constant(0),
        longs: fc.option(fc.integer({ min: 1, max: 2 }), { nil: undefined }),
      })
    return fc.constant({ kind, id: 0 })
  })

const slow = leaf('sleep', 'receive')
const quick = leaf('call', 'effect')
/** At most one of them is over at once. */
const contest = fc.tuple(fc.option(quick, { nil: undefined }), fc.array(slow, { minLength: 1, maxLength: 2 }))
const contested = contest.map(([first, rest]) => (first === undefined ? rest : [...rest, first]))

const block = (part: fc.Arbitrary<Program>): fc.Arbitrary<Program> =>
  fc.oneof(
    { weight: 4, arbitrary: leaf('call', 'effect', 'undo', 'chance', 'sleep', 'receive') },
    fc.record({ kind: fc.constant('race' as const), parts: contested }),
    fc.record({
      kind: fc.constant('any' as const),
      parts: contested.map((parts): readonly Program[] => [{ kind: 'refused', id: 0 }, ...parts]),
    }),
    fc.record({
      kind: fc.constantFrom('all' as const, 'guarded' as const),
      parts: fc.array(part, { minLength: 1, maxLength: 3 }),
    }),
    fc.record({
      kind: fc.constant('guarded' as const),
      parts: fc.tuple(leaf('refused', 'failing'), slow).map((parts): readonly Program[] => parts),
    }),
  )

export const programs: fc.Arbitrary<Program> = fc
  .tuple(
    fc.array(block(block(leaf('call', 'effect', 'sleep', 'receive'))), { minLength: 1, maxLength: 3 }),
    fc.option(leaf('refused', 'failing'), { nil: undefined, freq: 3 }),
  )
  .map(([parts, last]): Program => ({ kind: 'sequence', parts: last === undefined ? parts : [...parts, last] }))
  .map(numbered)
