/** What a host tells of its versions, to whoever listens. */
import { address, openHosted, participant } from '@darq/runtime'
import { type DarqError, EventLog, type LoggedEvent, openEngine } from '@darq/runtime/engine'
import { memory } from '@darq/runtime/storage'
import { expect, test } from 'vitest'
import { Town } from './town.ts'
import { id, messages, Recorder, sequence, VirtualClock } from './world.ts'

const passing = (darq: string, seen: string) => (darq === 'a/1' ? [{ to: 'b/1', bytes: seen }] : [])

/** a sends to b at once. Its disk takes 100 ms, that of b 5 ms. */
async function pair(): Promise<Town> {
  const town = new Town(1, Number.POSITIVE_INFINITY, passing)
  await town.host('a', () => 100)
  await town.host('b', () => 5)
  return town
}

const send = (town: Town, number: number) =>
  town
    .engine('a')
    .darq('a/1')
    .enqueue(id('p'), sequence(number), messages(`message ${number}`))

const of = (town: Town, name: string): readonly LoggedEvent[] =>
  town.eventLog.events.filter(({ host }) => host.startsWith(`${name}#`))

const kinds = (events: readonly LoggedEvent[]) => events.map(({ kind }) => kind)

test('a version is sealed, durable, committed; a message is sent and taken', async () => {
  const town = await pair()
  const start_ms = town.clock.now_ms()
  send(town, 1)
  await town.clock.advance(200)
  expect(kinds(of(town, 'a'))).toEqual(['opened', 'sealed', 'sent', 'durable', 'committed'])
  expect(kinds(of(town, 'b'))).toEqual(['opened', 'taken', 'sealed', 'durable', 'committed'])
  const [opened, , , durable] = of(town, 'a')
  expect(opened).toMatchObject({ found: 0, committed: 0, epoch: town.engine('a').epoch })
  expect(durable).toMatchObject({ version: 1, at_ms: start_ms + 100 })
  const [, taken, sealed] = of(town, 'b')
  const state = { host: opened?.host, epoch: opened?.epoch, version: 1 }
  expect(taken).toMatchObject({ of: state, into: 1, depends: true, from: 'a/1', to: 'b/1', first: 1, count: 1 })
  expect(sealed).toMatchObject({ version: 1, dependencies: [state] })
})

test('a crash withdraws what depends on it, and says for whose loss', async () => {
  const town = await pair()
  send(town, 1)
  await town.clock.advance(50)
  await town.crash('a')
  send(town, 1)
  await town.clock.advance(300)
  const lives = of(town, 'a').filter(({ kind }) => kind === 'opened' || kind === 'stopped')
  expect(lives).toMatchObject([{ found: 0 }, { code: 'closed', message: 'crashed' }, { found: 0 }])
  const [first, , second] = lives
  expect(second?.epoch).toBeGreaterThan(first?.epoch ?? Number.POSITIVE_INFINITY)
  const gone = of(town, 'b').find(({ kind }) => kind === 'withdrawn')
  expect(gone).toMatchObject({ to: 0, because: { host: first?.host, epoch: second?.epoch } })
  expect(kinds(of(town, 'b'))).toContain('taken')
  expect(kinds(of(town, 'b')).at(-1)).toBe('committed')
})

test('what comes from a lost state is refused', async () => {
  const town = new Town(1, Number.POSITIVE_INFINITY, (_darq, seen) => {
    const [to, bytes] = seen.split('>')
    return to !== undefined && bytes !== undefined ? [{ to: `${to}/1`, bytes }] : []
  })
  for (const name of ['a', 'b', 'c']) await town.host(name, () => 100)
  const say = (name: string, text: string) =>
    town.engine(name).darq(`${name}/1`).enqueue(id('p'), sequence(1), messages(text))
  say('a', 'b>lost')
  await town.clock.advance(10)
  await town.crash('a')
  // c learns what a has lost; b does not know it as yet, and sends what comes of it.
  say('a', 'c>kept')
  await town.clock.advance(10)
  say('b', 'c>orphan')
  await town.clock.advance(10)
  const refused = of(town, 'c').filter(({ kind }) => kind === 'refused')
  expect(refused).toMatchObject([{ from: 'b/1', to: 'c/1', first: 1, count: 1 }])
  expect(town.place('c').recorders.get('c/1')?.seen).toEqual(['kept'])
})

test('it is plain JSON', async () => {
  const town = await pair()
  send(town, 1)
  await town.clock.advance(50)
  await town.crash('a')
  await town.clock.advance(2_000)
  const { events } = town.eventLog
  expect(new Set(kinds(events))).toContain('withdrawn')
  expect(JSON.parse(JSON.stringify(events))).toEqual(events)
})

test('a listener that throws is reported, and the host goes on', async () => {
  const clock = new VirtualClock()
  const errors: DarqError[] = []
  const engine = await openEngine({
    name: 'a',
    storage: memory(),
    clock,
    random: () => 0.5,
    core: 'typescript',
    processor: () => new Recorder(),
    onEvent: () => {
      throw new TypeError('no room')
    },
    onError: (error) => errors.push(error),
  })
  const { committed } = engine.darq('x').enqueue(id('p'), sequence(1), messages('one'))
  await clock.advance(10)
  await committed
  await engine.close()
  expect(errors.length).toBe(5) // opened, sealed, durable, committed, closed
  expect(errors[0]?.message).toContain('no room')
})

test('an event log keeps the newest events, in order', () => {
  const eventLog = new EventLog(3)
  const event = (at_ms: number): LoggedEvent => ({ kind: 'closed', at_ms, host: 'a#1', epoch: epochOf(1) })
  expect(eventLog.events).toEqual([])
  for (let at_ms = 1; at_ms <= 5; at_ms += 1) {
    eventLog.note(event(at_ms))
    expect(eventLog.events.map((kept) => kept.at_ms)).toEqual([1, 2, 3, 4, 5].slice(Math.max(0, at_ms - 3), at_ms))
  }
})

/** Only engines mint epochs; a test may pretend. */
const epochOf = (number: number) => number as LoggedEvent['epoch']

test('level 1 hands it on', async () => {
  const eventLog = new EventLog()
  const Counter = address('counter', {})
  const options = { name: 'a', participants: [participant(Counter, { state: {}, on: {} })], storage: memory() }
  const hosted = await openHosted({ ...options, onEvent: eventLog.note })
  await hosted.close()
  expect(kinds(eventLog.events)).toEqual(['opened', 'closed'])
})
