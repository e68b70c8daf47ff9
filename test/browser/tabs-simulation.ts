/**
 * Many tabs under virtual time, each with the real `leadership.ts`, over a model of what a browser gives them: a lock with a
 * queue that can be taken by force, a broadcast with delays, a store that fences by epoch; tabs that stop (SIGSTOP), go on,
 * sleep and wake (back/forward cache), are closed and crash.
 */
import { begin, decide, wakeAt_ms } from '../../runtime-ts/src/browser/leadership.ts'
import type {
  Decision,
  Leadership,
  LeadershipCommand,
  LeadershipEvent,
  Moment,
} from '../../runtime-ts/src/browser/leadership-state.ts'
import { DarqError } from '../../runtime-ts/src/error.ts'

export type Decide = (state: Leadership, event: LeadershipEvent, moment: Moment) => Decision

/** Something that happens to a tab, so long after the thing before. */
export interface Happening {
  readonly after_ms: number
  readonly tab: number
  readonly what: 'stop' | 'go on' | 'sleep' | 'wake' | 'crash' | 'close' | 'open another' | 'fail to open'
}

interface Tab {
  readonly name: string
  state: Leadership
  readonly queue: LeadershipEvent[]
  stopped: boolean
  gone: boolean
  /** Its host's epoch while it has one. */
  epoch: number | undefined
  /** Cancels an open or close that is under way. */
  work: number
  following: string | undefined
  wakeAt_ms: number
  forced: number
  opensToFail: number
  slept: boolean
}

export interface Outcome {
  /** Living, running tabs that are not asleep. */
  readonly awake: readonly { readonly leads: boolean; readonly follows: string | undefined; readonly name: string }[]
  readonly leaders: readonly string[]
  /** How often force was used in all, and in the second half of the quiet time. */
  readonly forced: number
  readonly forcedAtTheEnd: number
  /** Writes that reached the store from an owner that was not its newest. */
  readonly staleWrites: number
}

const delay_ms_max = 40
const open_ms_max = 400

/** Runs the happenings, then lets every stopped tab go on or stay stopped for ever, and waits for `quiet_ms`. */
export function simulateTabs(options: {
  readonly happenings: readonly Happening[]
  readonly tabs: number
  readonly seed: number
  readonly quiet_ms: number
  /** Whether the tabs that are stopped stay so. */
  readonly stayStopped: boolean
  readonly decide?: Decide
}): Outcome {
  const random = randomFrom(options.seed)
  const step = options.decide ?? decide
  const tabs: Tab[] = []
  const agenda: { readonly at_ms: number; readonly run: () => void }[] = []
  let now_ms = 0
  let epoch_newest = 0
  let staleWrites = 0
  let lock: { tab: Tab; request: number } | undefined
  let waiting: { tab: Tab; request: number }[] = []

  const moment = () => ({ now_ms, random: random() })
  const at = (after_ms: number, run: () => void) => void agenda.push({ at_ms: now_ms + after_ms, run })

  function addTab(): void {
    const [state, ...commands] = begin(moment())
    const tab: Tab = {
      name: `tab${tabs.length}`,
      state,
      queue: [],
      stopped: false,
      gone: false,
      epoch: undefined,
      work: 0,
      following: undefined,
      wakeAt_ms: 0,
      forced: 0,
      opensToFail: 0,
      slept: false,
    }
    tabs.push(tab)
    for (const command of commands) carryOut(tab, command)
    arm(tab)
  }

  function tell(tab: Tab, event: LeadershipEvent): void {
    if (tab.gone) return
    tab.queue.push(event)
    if (tab.stopped) return
    for (let next = tab.queue.shift(); next !== undefined; next = tab.queue.shift()) {
      const [state, ...commands] = step(tab.state, next, moment())
      tab.state = state
      for (const command of commands) carryOut(tab, command)
    }
    arm(tab)
  }

  function arm(tab: Tab): void {
    const wake_ms = Math.max(wakeAt_ms(tab.state) ?? Infinity, now_ms + 1)
    if (wake_ms === Infinity) return
    tab.wakeAt_ms = wake_ms
    at(wake_ms - now_ms, () => {
      if (tab.wakeAt_ms === wake_ms) tell(tab, { kind: 'woken' })
    })
  }

  function say(from: Tab, event: LeadershipEvent): void {
    for (const tab of tabs) {
      // A tab that sleeps has closed its channel.
      if (tab !== from && !tab.slept) at(random() * delay_ms_max, () => tell(tab, event))
    }
  }

  function leader(tab: Tab): string {
    return 'request' in tab.state ? `${tab.name}.${tab.state.request}` : tab.name
  }

  function grant(): void {
    const next = waiting.shift()
    lock = next
    if (next !== undefined) at(1, () => tell(next.tab, { kind: 'granted', request: next.request }))
  }

  function release(tab: Tab, request?: number): void {
    const is = (held: { tab: Tab; request: number }) =>
      held.tab === tab && (request === undefined || held.request === request)
    waiting = waiting.filter((entry) => !is(entry))
    if (lock !== undefined && is(lock)) grant()
  }

  function carryOut(tab: Tab, command: LeadershipCommand): void {
    switch (command.kind) {
      case 'request': {
        const entry = { tab, request: command.request }
        if (command.force) {
          tab.forced += 1
          const old = lock
          if (old !== undefined) at(1, () => tell(old.tab, { kind: 'lost', request: old.request }))
          waiting.unshift(entry)
          grant()
        } else {
          waiting.push(entry)
          if (lock === undefined) grant()
        }
        break
      }
      case 'release':
        release(tab, command.request)
        break
      case 'open':
        open(tab)
        break
      case 'close': {
        tab.work += 1
        const work = tab.work
        tab.epoch = undefined
        at(random() * 50, () => {
          if (tab.work === work) tell(tab, { kind: 'closed' })
        })
        break
      }
      case 'ask': {
        for (const other of tabs) {
          if (other !== tab && !other.slept) at(random() * delay_ms_max, () => answer(other))
        }
        break
      }
      case 'announce':
        say(tab, { kind: 'heard', news: { leader: leader(tab), ready: command.ready } })
        break
      case 'resign':
        say(tab, { kind: 'left', leader: leader(tab) })
        break
      case 'follow':
        tab.following = command.leader
        break
      case 'unfollow':
        tab.following = undefined
        break
      case 'refuse':
        break
    }
  }

  function answer(tab: Tab): void {
    if (tab.gone || tab.stopped) return
    const { phase } = tab.state
    if (phase !== 'leading' && phase !== 'opening') return
    say(tab, { kind: 'heard', news: { leader: leader(tab), ready: phase === 'leading' } })
  }

  function open(tab: Tab): void {
    tab.work += 1
    const work = tab.work
    const claim = () => {
      if (tab.work !== work || tab.gone) return
      if (tab.stopped) return at(50, claim)
      if (tab.opensToFail > 0) {
        tab.opensToFail -= 1
        return tell(tab, { kind: 'failed', error: new DarqError('storage', { retryable: true }) })
      }
      epoch_newest += 1
      tab.epoch = epoch_newest
      tell(tab, { kind: 'opened' })
      at(100, write)
    }
    // A leader commits now and then; the store refuses an older epoch.
    const write = () => {
      if (tab.work !== work || tab.gone) return
      if (!tab.stopped && tab.epoch !== epoch_newest) {
        staleWrites += 1
        return tell(tab, { kind: 'failed', error: new DarqError('fenced') })
      }
      at(100, write)
    }
    at(random() * open_ms_max, claim)
  }

  function happen(tab: Tab, what: Happening['what']): void {
    if (what !== 'open another' && tab.gone) return
    switch (what) {
      case 'open another':
        addTab()
        break
      case 'stop':
        tab.stopped = true
        break
      case 'go on':
        goOn(tab)
        break
      case 'sleep':
        tab.slept = true
        tell(tab, { kind: 'sleep' })
        break
      case 'wake':
        tab.slept = false
        tell(tab, { kind: 'wake' })
        break
      case 'close':
        tell(tab, { kind: 'end' })
        break
      case 'fail to open':
        tab.opensToFail += 1
        break
      case 'crash':
        crash(tab)
        break
    }
  }

  function goOn(tab: Tab): void {
    if (!tab.stopped) return
    tab.stopped = false
    const [first, ...rest] = tab.queue.splice(0)
    if (first === undefined) return
    tell(tab, first)
    for (const event of rest) tell(tab, event)
  }

  function crash(tab: Tab): void {
    tab.gone = true
    release(tab)
  }

  function run(until_ms: number): void {
    for (;;) {
      agenda.sort((a, b) => a.at_ms - b.at_ms)
      const next = agenda[0]
      if (next === undefined || next.at_ms > until_ms) break
      agenda.shift()
      now_ms = next.at_ms
      next.run()
    }
    now_ms = until_ms
  }

  for (let n = 0; n < options.tabs; n += 1) addTab()
  for (const { after_ms, tab, what } of options.happenings) {
    run(now_ms + after_ms)
    const one = tabs[tab % tabs.length]
    if (one !== undefined) happen(one, what)
  }
  if (!options.stayStopped) for (const tab of tabs) goOn(tab)
  run(now_ms + options.quiet_ms / 2)
  const before = tabs.map((tab) => tab.forced)
  run(now_ms + options.quiet_ms / 2)

  const awake = tabs.filter((tab) => !tab.gone && !tab.stopped && isAwake(tab.state))
  const leads = (tab: Tab) => tab.state.phase === 'leading'
  return {
    awake: awake.map((tab) => ({ name: leader(tab), leads: leads(tab), follows: tab.following })),
    leaders: awake.filter(leads).map(leader),
    forcedAtTheEnd: tabs.reduce((sum, tab, index) => sum + tab.forced - (before[index] ?? 0), 0),
    forced: tabs.reduce((sum, tab) => sum + tab.forced, 0),
    staleWrites,
  }
}

function isAwake({ phase }: Leadership): boolean {
  return phase !== 'asleep' && phase !== 'ended'
}

/** Mulberry32. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
