/**
 * What must hold in every state of the world, and what when nothing can move any more.
 *
 * @module
 */
import type { LiveDarq } from '../../runtime-ts/src/engine/darq.ts'
import { channelId } from '../../runtime-ts/src/engine/host-id.ts'
import { OutQueue } from '../../runtime-ts/src/engine/out-queue.ts'
import { expectedOf, hostOf, Taker } from './application.ts'
import type { Place } from './place.ts'
import { checkPromises, checkVectors } from './truth.ts'
import { Violation } from './violation.ts'
import type { World } from './world.ts'

const encoder = new TextEncoder()

export function checkAlways(world: World): void {
  checkPromises(world.places)
  checkVectors(world.places)
  for (const place of world.places.values()) {
    for (const darq of darqsOf(place)) {
      checkOnce(darq)
      checkDropped(world, darq)
    }
  }
}

function* darqsOf({ life, runs }: Place): Generator<LiveDarq> {
  const { engine } = life ?? {}
  if (!engine || !runs) return
  for (const name of engine.names) {
    const darq = engine.existing(name)
    if (darq) yield darq
  }
}

/** Of a DARQ that nothing has been asked of in this life, nothing. */
const seenBy = (darq: LiveDarq): readonly string[] => {
  const processor = darq.attachment?.processor
  return processor instanceof Taker ? processor.seen : []
}

function checkOnce(darq: LiveDarq): void {
  const seen = seenBy(darq)
  if (new Set(seen).size < seen.length) throw new Violation(`${darq.name} has taken a message twice: ${seen.join()}`)
}

/** What a sender has dropped, its receiver must not expect again. */
function checkDropped(world: World, darq: LiveDarq): void {
  const { host } = darq
  for (const channel of darq.channels) {
    const queue: unknown = Reflect.get(channel, '$queue')
    const receiver = world.places.get(hostOf(channel.to))
    const target = receiver?.runs ? receiver.life?.engine : undefined
    if (!(queue instanceof OutQueue) || !target || target === host) continue
    const expected = target.existing(channel.to)?.expected(encoder.encode(channelId(host.id, darq.name))) ?? 1
    if (expected < queue.first)
      throw new Violation(
        `${darq.name} has dropped ${queue.first - 1} messages to ${channel.to}, which expects ${expected}`,
      )
  }
}

/** Nothing can move, not even a timer. */
export function checkDone(world: World): void {
  const expected = expectedOf(world.scope.application)
  for (const place of world.places.values()) {
    const { engine } = place.life ?? {}
    const { name } = place
    if (!engine) throw new Violation(`nothing can move, and ${name} is not open`)
    if (engine.committedVersion !== engine.durableVersion)
      throw new Violation(
        `${name} is stuck: version ${engine.durableVersion} is durable, and ${engine.committedVersion} committed`,
      )
    if (engine.dirty) throw new Violation(`${name} is stuck: something is not durable`)
    for (const { darq, names, committed } of place.clients)
      if (committed < names.length)
        throw new Violation(`${darq} is stuck: of its client's messages, ${committed} are committed`)
    for (const darq of darqsOf(place)) {
      const { unacknowledged, waiting } = darq
      if (unacknowledged + waiting > 0)
        throw new Violation(`${darq.name} is stuck: ${waiting} messages wait, ${unacknowledged} are not acknowledged`)
      engine.darq(darq.name)
      const seen = [...seenBy(darq)].sort()
      if (seen.join() !== (expected.get(darq.name) ?? []).join())
        throw new Violation(`${darq.name} has taken ${seen.join()}, not ${expected.get(darq.name)?.join()}`)
      expected.delete(darq.name)
    }
  }
  for (const [darq, names] of expected) throw new Violation(`${darq} has taken nothing, not ${names.join()}`)
}
