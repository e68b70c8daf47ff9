/**
 * What befalls processors: they die in the middle of a delivery, take bad steps, or go on although another has taken their
 * place.
 *
 * @module
 */
import { Kind, type Lsn } from '@darq/core'
import type { LiveDarq } from '../engine/darq.ts'
import type { Attachment } from '../engine/deliver.ts'
import type { LiveHost } from '../engine/host.ts'
import type { NonEmpty } from '../engine/types.ts'
import { DarqError } from '../error.ts'
import type { FaultCounts } from './fault-kinds.ts'
import { InjectedFault } from './fragile.ts'
import type { Random } from './random.ts'
import type { PathCounts } from './rare-paths.ts'

export interface Saboteur {
  readonly random: Random
  readonly counts: FaultCounts
  readonly paths: PathCounts
  readonly violate: (what: string) => void
}

/** One of the DARQs that have a processor. */
function attached(host: LiveHost, random: Random): { darq: LiveDarq; attachment: Attachment } | undefined {
  const darq = random.pick(
    host.names.flatMap((name) => host.existing(name) ?? []).filter((darq) => darq.attachment !== undefined),
  )
  return darq?.attachment && { darq, attachment: darq.attachment }
}

/**
 * The processor of one DARQ throws at a delivery. What it leaves behind tries a step when it has been replaced.
 *
 * @param passed so many deliveries go well before
 * @param died is told when it throws
 */
export function killProcessor(
  host: LiveHost,
  { random, counts, paths, violate }: Saboteur,
  passed: number,
  died: () => void,
): void {
  const found = attached(host, random)
  if (!found) return
  const { darq, attachment } = found
  const { processor } = attachment
  if (Object.hasOwn(processor, 'deliver')) return
  const deliver = processor.deliver.bind(processor)
  let left = passed
  processor.deliver = (messages, attached) => {
    if (left > 0) {
      left -= 1
      deliver(messages, attached)
      return
    }
    const [first] = messages
    counts.processor_died += 1
    died()
    // Its last thought comes late: somebody else may be attached by then.
    host.clock.wake(host.clock.now_ms() + random.below(400), () => {
      if (darq.attachment === attachment || !host.running) return
      const before = darq.core.digest()
      const refusal = refusalOf(() => attachment.step({ consume: [first.lsn], remember: ['never'] }))
      if (refusal === 'fenced') paths.stale_processor_refused += 1
      else violate(`G3: a step of a processor of ${darq.name} that was replaced is answered with ${refusal}`)
      if (darq.core.digest() !== before) violate(`G3: a processor of ${darq.name} that was replaced has made a step`)
    })
    throw new InjectedFault(`the processor of ${darq.name} dies`)
  }
}

/** Steps that must be refused, and must leave no trace. */
export function badStep(host: LiveHost, { random, counts, violate }: Saboteur): void {
  const found = attached(host, random)
  if (!found) return
  const { darq, attachment } = found
  const { core } = darq
  const span = (core.end - core.start) / 8
  const anywhere = (core.start + 8 * random.below(span + 2)) as Lsn
  const pending = random.pick([Kind.message, Kind.self, Kind.timer].flatMap((kind) => darq.pendingOf(kind)))
  const wrong = pending !== undefined && random.chance(0.3) ? pending : anywhere
  if (wrong === anywhere && isConsumable(darq, anywhere)) return
  const consume: NonEmpty<Lsn> = pending === undefined || random.chance(0.3) ? [wrong] : [pending, wrong]
  if (consume.length === 1 && wrong === pending) return
  const before = core.digest()
  counts.bad_step += 1
  const refusal = refusalOf(() => attachment.step({ consume, remember: ['never'] }))
  if (refusal === undefined) violate(`G2: ${darq.name} on ${host.name} let a step consume ${consume.join()}`)
  else if (refusal !== 'backpressure' && refusal !== 'conflict') violate(`a bad step is refused as ${refusal}`)
  const hasConsumed = pending !== undefined && !core.isPending(pending)
  if (hasConsumed || core.digest() !== before) violate(`G1: a refused step of ${darq.name} left a trace`)
}

function refusalOf(step: () => unknown): string | undefined {
  try {
    step()
    return undefined
  } catch (error) {
    if (error instanceof DarqError) return error.code
    throw error
  }
}

function isConsumable({ core }: LiveDarq, lsn: Lsn): boolean {
  if (lsn < core.start || lsn >= core.end || !core.isPending(lsn)) return false
  return ((core.words[(core.at(lsn) >>> 2) + 1] ?? 0) & 255) !== Kind.out
}
