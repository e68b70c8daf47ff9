/**
 * One tab's part in hosting: does what `leadership.ts` decides. Its `link` leads to the host wherever it is: in this worker
 * while this tab leads, else in the leader's.
 *
 * @module
 */
import type { Link } from '../crest/wire/link.ts'
import type { Clock } from '../engine/types.ts'
import { DarqError, type ErrorFacts, toFacts } from '../error.ts'
import { type HostHere, type HostInTab, keepHost } from './host-in-tab.ts'
import type { LeaderLock } from './leader-lock.ts'
import { begin, decide, wakeAt_ms } from './leadership.ts'
import type { Leadership, LeadershipCommand, LeadershipEvent } from './leadership-state.ts'
import { followLeader, type OfferedLines, offerLines } from './link-broadcast.ts'
import { openRelay } from './relay.ts'
import { type Channel, openTabWords, type TabWord } from './tab-words.ts'
import type { HostFacts, HostingStatus } from './tab-worker.ts'

export interface HostingOptions {
  /** Of the host: tabs that host the same name are one group. */
  readonly name: string
  readonly open: () => Promise<HostInTab>
  readonly lock: LeaderLock
  /** Opens the BroadcastChannel of that name. */
  readonly channel: (name: string) => Channel
  /** Must not jump: what it measures is silence. */
  readonly clock: Clock
  /** Uniform in [0, 1). */
  readonly random: () => number
  /** A name that nobody ever had, for leaderships and lines. */
  readonly uniqueName: () => string
  readonly show: (status: HostingStatus) => void
}

export interface Hosting {
  /** Calls wait, for a bounded time, while there is no host. */
  readonly link: Link
  readonly status: HostingStatus
  /** Gives leadership away and asks for none: the page is about to be frozen. */
  sleep(): void
  /** Takes part again. */
  wake(): void
  /** The network has come back. */
  retry(): void
  /** Closes the host if it is here. Resolves when this tab has no part any more. */
  end(): Promise<void>
}

/** Said while the host is being opened. */
const unknown: HostFacts = { durability: 'best-effort', core: undefined, wasm_error: undefined }

export function factsOf({ engine, core: { core, reason } }: HostInTab): HostFacts {
  return { durability: engine.durability, core, wasm_error: reason === undefined ? undefined : toFacts(reason) }
}

/** How long a call waits while nobody leads, before it rejects with `unavailable`. */
const wait_ms = 15_000

export function openHosting(options: HostingOptions): Hosting {
  const { name, lock, clock, random } = options
  const relay = openRelay({ clock, wait_ms })
  const tab = options.uniqueName()
  const { promise: ended, resolve: resolveEnded } = Promise.withResolvers<void>()
  const events: LeadershipEvent[] = []
  let busy = false
  let state: Leadership | undefined
  let stopWaking = () => {}
  let host: HostHere | undefined
  let lines: OfferedLines | undefined
  let leave = () => {}
  /** Of the host that calls go to. */
  let facts: HostFacts | undefined
  let reason: ErrorFacts | undefined
  let shown: HostingStatus = { role: 'follower', host: undefined, reason: undefined }

  let words = openTabWords(options.channel(`darq/${name}`), hear)

  /** Events that come up while one is dealt with are dealt with after it. */
  function tell(event: LeadershipEvent): void {
    events.push(event)
    if (busy || state === undefined) return
    busy = true
    for (let next = events.shift(); next !== undefined && state !== undefined; next = events.shift()) {
      const [after, ...commands] = decide(state, next, { now_ms: clock.now_ms(), random: random() })
      state = after
      for (const command of commands) carryOut(command, after.request)
    }
    busy = false
    settle()
  }

  function settle(): void {
    if (state === undefined) return
    stopWaking()
    const at_ms = wakeAt_ms(state)
    stopWaking = at_ms === undefined || at_ms === Infinity ? () => {} : clock.wake(at_ms, () => tell({ kind: 'woken' }))
    show()
    if (state.phase === 'ended') finish()
  }

  function show(): void {
    const role = state?.phase === 'leading' ? 'leader' : 'follower'
    if (shown.role === role && shown.host === facts && shown.reason === reason) return
    shown = { role, host: facts, reason }
    options.show(shown)
  }

  function leader(request: number): string {
    return `${tab}.${request}`
  }

  function carryOut(command: LeadershipCommand, request: number): void {
    switch (command.kind) {
      case 'request':
        requestLock(command.request, command.force)
        break
      case 'release':
        lock.release(command.request)
        break
      case 'open':
        openHost()
        break
      case 'close':
        closeHost(command.how)
        break
      case 'ask':
        words.say({ kind: 'ask' })
        break
      case 'announce':
        sayLead(request)
        break
      case 'resign':
        words.say({ kind: 'resign', leader: leader(request) })
        break
      case 'follow':
        follow(command.leader)
        break
      case 'unfollow':
        facts = undefined
        leave()
        leave = () => {}
        break
      case 'refuse':
        reason = toFacts(command.error)
        relay.refuse(command.error)
        break
    }
  }

  function requestLock(request: number, force: boolean): void {
    lock.request(
      request,
      force,
      () => tell({ kind: 'granted', request }),
      (refused) => {
        if (refused !== undefined) {
          reason = toFacts(refused)
          relay.refuse(refused)
        }
        tell({ kind: 'lost', request })
      },
    )
  }

  function openHost(): void {
    host = keepHost(options.open, clock, {
      opened(here) {
        facts = factsOf(here)
        reason = undefined
        lines = offerLines(here.link, { clock, channel: openLine })
        relay.use(here.link)
        tell({ kind: 'opened' })
      },
      failed(error) {
        // Who was fenced has a successor, and hears of it at once.
        if (error.code !== 'fenced') reason = toFacts(error)
        tell({ kind: 'failed', error })
      },
    })
  }

  function closeHost(how: 'commit' | 'abandon'): void {
    const reason = new DarqError(how === 'abandon' ? 'fenced' : 'unavailable', { message: 'this tab leads no more' })
    facts = undefined
    lines?.close(reason)
    lines = undefined
    relay.lose(reason)
    const closing = host?.close(how, reason) ?? Promise.resolve()
    host = undefined
    void closing.then(() => tell({ kind: 'closed' }))
  }

  function follow(leader: string): void {
    leave()
    leave = followLeader({
      clock,
      relay,
      channel: openLine,
      lineName: options.uniqueName,
      join: (line) => words.say({ kind: 'join', leader, line }),
    })
  }

  function openLine(line: string): Channel {
    return options.channel(`darq/${name}/${line}`)
  }

  function sayLead(request: number): void {
    words.say({
      kind: 'lead',
      leader: leader(request),
      ready: lines !== undefined,
      ...(facts ?? unknown),
    })
  }

  function hear(word: TabWord): void {
    if (state === undefined) return
    const leads = state.phase === 'leading' || state.phase === 'opening'
    switch (word.kind) {
      case 'ask':
        if (leads) sayLead(state.request)
        break
      case 'lead':
        if (state.phase === 'following' && word.ready) {
          const { durability, core, wasm_error } = word
          if (
            facts?.durability !== durability ||
            facts.core !== core ||
            facts.wasm_error?.message !== wasm_error?.message
          )
            facts = { durability, core, wasm_error }
          reason = undefined
        }
        tell({ kind: 'heard', news: { leader: word.leader, ready: word.ready } })
        break
      case 'resign':
        tell({ kind: 'left', leader: word.leader })
        break
      case 'join':
        if (leads && word.leader === leader(state.request)) lines?.join(word.line)
        break
    }
  }

  function finish(): void {
    relay.refuse(new DarqError('closed', { message: 'this tab was closed' }))
    words.close()
    resolveEnded()
  }

  const [first, ...commands] = begin({ now_ms: clock.now_ms(), random: random() })
  state = first
  busy = true
  for (const command of commands) carryOut(command, first.request)
  busy = false
  settle()

  return {
    link: relay.link,
    get status() {
      return shown
    },
    sleep() {
      tell({ kind: 'sleep' })
      // An open channel could keep the page out of the back/forward cache, or throw it out.
      words.close()
    },
    wake() {
      words.close()
      words = openTabWords(options.channel(`darq/${name}`), hear)
      tell({ kind: 'wake' })
    },
    retry: () => host?.retry(),
    end() {
      tell({ kind: 'end' })
      return ended
    },
  }
}
