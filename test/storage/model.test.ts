/**
 * Random histories of several owners over one store, beside an obviously right model of it.
 */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Claimed, Opened } from '../../runtime-ts/src/storage/contract.ts'
import { type Fate, faultyMemory } from '../../runtime-ts/src/storage/memory-faults.ts'
import { bytes, codeOf, commit, contents, epoch, noise, version } from './place.ts'

const ACTORS = 3

const actor = fc.nat(ACTORS - 1)
const drop = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(6) })
const epochStep = fc.oneof(
  { weight: 6, arbitrary: fc.constant(1) },
  { weight: 1, arbitrary: fc.integer({ min: -1, max: 2 }) },
)
const fate = fc.oneof(
  { weight: 20, arbitrary: fc.constant<Fate>('written') },
  { weight: 1, arbitrary: fc.constantFrom<Fate>('failed', 'unknown', 'quota') },
)
const open = fc.record({ do: fc.constant('open' as const), actor, read: fc.nat(4) })
const claim = fc.record({ do: fc.constant('claim' as const), actor, epochStep, drop })
const commits = fc.record({ do: fc.constant('commit' as const), actor, size: fc.nat(1_000), live: fc.nat(5), fate })
/** A whole life: open, claim, and some commits of the same actor. Single actions alone would hardly ever make an owner. */
const life = fc
  .tuple(open, claim, fc.array(commits, { minLength: 1, maxLength: 12 }))
  .map(([first, second, more]) => [first, second, ...more].map((step) => ({ ...step, actor: first.actor })))
const single = fc.oneof(open, claim, commits, commits).map((step) => [step])
const history = fc
  .array(fc.oneof(life, single, single, single), { minLength: 1, maxLength: 40, size: 'max' })
  .map((steps) => steps.flat())

interface Actor {
  opened: { readonly handle: Opened; readonly writes: number; readonly epoch: number } | undefined
  owner: Claimed | undefined
  /** Its first failure: it fails with this for ever. */
  ended: string | undefined
}

it('any history of several owners leaves what the model says', async () => {
  await fc.assert(
    fc.asyncProperty(history, async (actions) => {
      let next_fate: Fate = 'written'
      // Parts of 50 bytes: truncation, which works by numbers, comes into play early.
      const memory = faultyMemory({ part_bytes_max: 50, fate: () => next_fate })
      const actors: Actor[] = Array.from({ length: ACTORS }, () => ({
        opened: undefined,
        owner: undefined,
        ended: undefined,
      }))
      const model = { commits: [] as { version: number; text: string }[], epoch: 0, writes: 0, owner: -1 }

      for (const [index, step] of actions.entries()) {
        const actor = actors[step.actor]
        if (actor === undefined) throw new Error('expected an actor')
        next_fate = 'written'
        if (step.do === 'open') {
          const handle = await memory.open()
          expect(handle.last?.epoch ?? 0).toBe(model.epoch)
          actor.opened = { handle, writes: model.writes, epoch: model.epoch }
          let left = step.read
          if (left > 0) for await (const _ of handle.segments()) if (--left === 0) break
        } else if (step.do === 'claim') {
          if (actor.opened === undefined) continue
          const { handle, writes, epoch: seen } = actor.opened
          actor.opened = undefined
          const newest = model.commits.at(-1)?.version ?? 0
          const keep = Math.max(0, newest - step.drop)
          const at = seen + step.epochStep
          const isRight = writes === model.writes && at > seen
          const left = step.drop > 0 && step.drop % 2 === 0 ? noise(step.drop * 30, at) : undefined
          const tail = left && { version: version(keep + 1), bytes: left }
          const text = `${keep + 1}:${new TextDecoder().decode(left)}`
          const code = await codeOf(async () => {
            actor.owner = await handle.claim(epoch(at), version(keep), bytes(`${at}`), tail)
          })
          expect(code).toBe(isRight ? undefined : 'fenced')
          if (!isRight) continue
          actor.ended = undefined
          model.commits = model.commits.filter((commit) => commit.version <= keep)
          if (tail) model.commits.push({ version: tail.version, text })
          model.epoch = at
          model.writes++
          model.owner = step.actor
        } else {
          const { owner } = actor
          if (owner === undefined) continue
          const next = 1 + Math.max(0, ...model.commits.map((commit) => commit.version)) + index * 100
          const body = noise(step.size, next)
          const keepFrom = model.commits.at(-step.live - 1)?.version ?? 1
          next_fate = step.fate
          const isOwner = model.owner === step.actor
          const expected =
            actor.ended ??
            (step.fate === 'quota'
              ? 'quota'
              : step.fate === 'failed' || (step.fate === 'unknown' && isOwner)
                ? 'storage'
                : isOwner
                  ? undefined
                  : 'fenced')
          const isWritten = actor.ended === undefined && isOwner && (step.fate === 'written' || step.fate === 'unknown')
          expect(await codeOf(() => owner.commit(commit(next, body, { keepFrom: version(keepFrom) })))).toBe(expected)
          actor.ended = expected
          if (isWritten) {
            model.commits = model.commits.filter((commit) => commit.version >= keepFrom)
            model.commits.push({ version: next, text: `${next}:${new TextDecoder().decode(body)}` })
            model.writes++
          }
        }
        expect(await contents(memory)).toEqual(model.commits.map((commit) => commit.text))
      }
      const live = model.commits.reduce((sum, commit) => sum + Math.ceil(commit.text.length / 50) + 1, 0)
      expect(memory.numbers.length).toBeLessThan(live + 400)
    }),
    { numRuns: 100 },
  )
})
