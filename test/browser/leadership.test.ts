import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decide } from '../../runtime-ts/src/browser/leadership.ts'
import { leadershipLimits } from '../../runtime-ts/src/browser/leadership-state.ts'
import { DarqError } from '../../runtime-ts/src/error.ts'
import { type Decide, type Happening, type Outcome, simulateTabs } from './tabs-simulation.ts'

const happening: fc.Arbitrary<Happening> = fc.record({
  after_ms: fc.integer({ min: 0, max: 4_000 }),
  tab: fc.nat({ max: 7 }),
  what: fc.constantFrom('stop', 'go on', 'sleep', 'wake', 'crash', 'close', 'open another', 'fail to open'),
})
const runs = fc.record({
  happenings: fc.array(happening, { maxLength: 25 }),
  tabs: fc.integer({ min: 1, max: 4 }),
  seed: fc.integer(),
  stayStopped: fc.boolean(),
})
/** Longer than the longest pause for force that so few happenings can build up. */
const quiet_ms = 400_000

/** What must hold when nothing happens any more. @returns what does not */
function wrong(happenings: readonly Happening[], outcome: Outcome): string | undefined {
  const { awake, leaders, forced, forcedAtTheEnd } = outcome
  if (forced > 0 && !happenings.some(({ what }) => what === 'stop')) return 'force was used, but nobody was silent'
  if (awake.length === 0) return undefined
  if (leaders.length !== 1) return `${leaders.length} leaders among ${awake.length} tabs`
  const lost = awake.find((tab) => !tab.leads && tab.follows !== leaders[0])
  if (lost !== undefined) return `${lost.name} follows ${lost.follows}, but ${leaders[0]} leads`
  if (forcedAtTheEnd > 0) return `force was used ${forcedAtTheEnd} times although a leader lives`
  return undefined
}

describe('tabs that stop, sleep, crash and come back', () => {
  it('end with one leader whom all others follow, and no fight over it', () => {
    fc.assert(
      fc.property(runs, (run) => wrong(run.happenings, simulateTabs({ ...run, quiet_ms })) === undefined),
      { numRuns: 300 },
    )
  })

  it.each<[string, Decide]>([
    [
      'never uses force',
      (state, event, moment) => {
        const [next, ...commands] = decide(state, event, moment)
        return [next, ...commands.filter((command) => command.kind !== 'request' || !command.force)]
      },
    ],
    [
      'keeps its lock when it sleeps',
      (state, event, moment) => {
        const [next, ...commands] = decide(state, event, moment)
        return [
          next,
          ...commands.filter(
            (command) => command.kind !== 'release' || (event.kind !== 'sleep' && next.phase !== 'asleep'),
          ),
        ]
      },
    ],
    [
      'follows only the first leader that it hears',
      (state, event, moment) => {
        const [next, ...commands] = decide(state, event, moment)
        const bound = state.phase === 'following' && state.heard !== undefined
        return [next, ...commands.filter((command) => !bound || command.kind !== 'follow')]
      },
    ],
    [
      'takes back the lock that was taken from it',
      (state, event, moment) => {
        const [next, ...commands] = decide(state, event, moment)
        if (next.phase !== 'following' || state.phase !== 'closing') return [next, ...commands]
        return [
          { ...next, asking: 'by force' },
          ...commands.map((command) => (command.kind === 'request' ? { ...command, force: true } : command)),
        ]
      },
    ],
  ])('the check notices a tab that %s', (_name, broken) => {
    const result = fc.check(
      fc.property(
        runs,
        (run) => wrong(run.happenings, simulateTabs({ ...run, quiet_ms, decide: broken })) === undefined,
      ),
      { numRuns: 300, endOnFailure: true },
    )
    expect(result.failed).toBe(true)
  })
})

describe('a silent leader', () => {
  const frozen: Happening[] = [{ after_ms: 2_000, tab: 0, what: 'stop' }]

  it('is replaced within three seconds and the time to open the host', () => {
    for (let seed = 0; seed < 50; seed += 1) {
      const { leaders } = simulateTabs({ happenings: frozen, tabs: 3, seed, stayStopped: true, quiet_ms: 3_600 })
      expect(leaders).toHaveLength(1)
      expect(leaders[0]).not.toMatch(/^tab0\./)
    }
  })

  it('follows when it goes on: it takes nothing back', () => {
    for (let seed = 0; seed < 50; seed += 1) {
      const outcome = simulateTabs({
        happenings: [...frozen, { after_ms: 20_000, tab: 0, what: 'go on' }],
        tabs: 2,
        seed,
        stayStopped: false,
        quiet_ms: 60_000,
      })
      expect(outcome.leaders).toEqual([expect.stringMatching(/^tab1\./)])
      expect(outcome.awake).toContainEqual({
        name: expect.stringMatching(/^tab0\./),
        leads: false,
        follows: outcome.leaders[0],
      })
      expect(outcome.forced).toBe(1)
    }
  })
})

const moment = { now_ms: 10, random: 0 }
const leading = {
  phase: 'leading',
  request: 1,
  since_ms: 0,
  force: { notBefore_ms: 0, pause_ms: 1 },
  failures: 0,
} as const

describe('a leader that goes to sleep', () => {
  it('gives the lock away, and follows when it wakes', () => {
    const asleep: Happening[] = [{ after_ms: 1_000, tab: 0, what: 'sleep' }]
    const away = simulateTabs({ happenings: asleep, tabs: 2, seed: 1, stayStopped: true, quiet_ms: 1_500 })
    expect(away.leaders).toEqual([expect.stringMatching(/^tab1\./)])
    expect(away.forced).toBe(0)
    const back = simulateTabs({
      happenings: [...asleep, { after_ms: 5_000, tab: 0, what: 'wake' }],
      tabs: 2,
      seed: 1,
      stayStopped: true,
      quiet_ms: 2_000,
    })
    expect(back.leaders).toEqual(away.leaders)
    expect(back.awake).toHaveLength(2)
    expect(back.staleWrites).toBe(0)
  })

  it('stops its host and releases the lock in one task', () => {
    const [closing, ...commands] = decide(leading, { kind: 'sleep' }, moment)
    expect(commands).toEqual([{ kind: 'resign' }, { kind: 'close', how: 'abandon' }, { kind: 'release', request: 1 }])
    const [asleep] = decide(closing, { kind: 'closed' }, moment)
    expect(asleep.phase).toBe('asleep')
  })

  it('leads again only after its host is closed', () => {
    const [closing] = decide(leading, { kind: 'sleep' }, moment)
    const [woken, ...none] = decide(closing, { kind: 'wake' }, moment)
    expect(none).toEqual([])
    const [following, ...commands] = decide(woken, { kind: 'closed' }, moment)
    expect(following.phase).toBe('following')
    expect(commands).toContainEqual({ kind: 'request', request: 2, force: false })
  })
})

describe('a leader that is closed', () => {
  it('commits, and releases the lock after that', () => {
    const [closing, ...commands] = decide(leading, { kind: 'end' }, moment)
    expect(commands).toEqual([{ kind: 'resign' }, { kind: 'close', how: 'commit' }])
    const [ended, ...after] = decide(closing, { kind: 'closed' }, moment)
    expect(ended.phase).toBe('ended')
    expect(after).toEqual([{ kind: 'release', request: 1 }])
  })
})

describe('a host that cannot be opened', () => {
  const opening = { phase: 'opening', request: 1, force: { notBefore_ms: 0, pause_ms: 1 }, failures: 0 } as const

  it('is tried again after a pause that doubles', () => {
    const pauses = [0, 1, 2, 20].map((failures) => {
      const [closing] = decide(
        { ...opening, failures },
        { kind: 'failed', error: new DarqError('storage', { retryable: true }) },
        { now_ms: 0, random: 1 },
      )
      return closing.phase === 'closing' ? closing.requestAt_ms : undefined
    })
    expect(pauses).toEqual([250, 500, 1_000, leadershipLimits.failure_pause_ms_max])
  })

  it('is left to others, who may have newer code, when trying again is of no use', () => {
    const error = new DarqError('newer_format')
    const [closing, ...commands] = decide(opening, { kind: 'failed', error }, { now_ms: 0, random: 1 })
    expect(closing).toMatchObject({ phase: 'closing', next: 'follow', requestAt_ms: Infinity })
    expect(commands).toContainEqual({ kind: 'refuse', error })
  })
})
