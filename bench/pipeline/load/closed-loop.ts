/**
 * Closed loops: each producer sends its next message when its last one is durable.
 *
 * @module
 */
import { quantile } from '../../statistics.ts'
import type { Contender } from '../contenders/contender.ts'

export interface Loops {
  readonly producers: number
  /** Asked before each message: whether it is still to be sent. */
  readonly more: (sent: number) => boolean
  readonly now_ms: () => number
  /** Messages of one producer, one after the other, that make one sample: more than 1 where the clock is coarse. */
  readonly messages_per_sample: number
}

export interface Latency {
  readonly p50_ms: number
  readonly p99_ms: number
}

export interface Round {
  readonly messages: number
  /** From the first message until the last one's step is durable. */
  readonly elapsed_ms: number
  /** The part of it in which all messages were durable, and not yet all of their steps. */
  readonly lag_ms: number
  readonly durable: Latency
  /** `undefined`: the contender has no such grade, or the clock can't see it. */
  readonly accepted: Latency | undefined
  /** Handed to the platform's storage meanwhile; `undefined`: there is none. */
  readonly written_bytes: number | undefined
}

/** Where many run at once, one message in so many is timed: looking at the clock, and asking for acceptance, costs too. */
const timed_every = 16

/** Runs the loops and waits until everything has settled. `written_bytes` is left to whoever can tell. */
export async function runClosedLoops(contender: Contender, loops: Loops): Promise<Omit<Round, 'written_bytes'>> {
  const { now_ms, producers, messages_per_sample } = loops
  const durable_ms: number[] = []
  const accepted_ms: number[] = []
  const seesAcceptance = messages_per_sample === 1
  let messages = 0

  async function produce(producer: number): Promise<void> {
    while (loops.more(messages)) {
      const isTimed = producers < timed_every || messages % timed_every === 0
      const started_ms = isTimed ? now_ms() : 0
      let count = 0
      while (count < messages_per_sample && loops.more(messages)) {
        const sent = contender.send(producer)
        messages += 1
        count += 1
        if (seesAcceptance && isTimed) sent.accepted()?.then(() => accepted_ms.push(now_ms() - started_ms))
        await sent.durable
      }
      if (isTimed) durable_ms.push((now_ms() - started_ms) / count)
    }
  }

  const began_ms = now_ms()
  await Promise.all(Array.from({ length: producers }, (_, producer) => produce(producer)))
  const sent_ms = now_ms()
  await contender.settle()
  const ended_ms = now_ms()
  const elapsed_ms = ended_ms - began_ms
  return {
    messages,
    elapsed_ms,
    lag_ms: ended_ms - sent_ms,
    durable: latencyOf(durable_ms),
    accepted: optional(accepted_ms),
  }
}

function optional(samples_ms: readonly number[]): Latency | undefined {
  return samples_ms.length === 0 ? undefined : latencyOf(samples_ms)
}

function latencyOf(samples_ms: readonly number[]): Latency {
  return { p50_ms: quantile(samples_ms, 0.5), p99_ms: quantile(samples_ms, 0.99) }
}
