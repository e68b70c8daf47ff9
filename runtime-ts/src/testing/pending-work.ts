/**
 * What keeps a host from being quiet (G7).
 *
 * @module
 */
import { Kind } from '@darq/core'
import type { LiveHost } from '../engine/host.ts'
import { addressed } from '../engine/records.ts'
import type { FrameWatch } from './frame-watch.ts'

export function isQuiet(engine: LiveHost, frames: FrameWatch): boolean {
  if (engine.dirty || engine.waiting > 0 || kept(engine) > 0) return false
  if (engine.committedVersion < engine.durableVersion) return false
  return engine.unacknowledged === 0 || engine.unacknowledged === undeliverable(engine, frames)
}

/** @returns for people */
export function pendingWorkOf(engine: LiveHost): string {
  const { waiting, unacknowledged, durableVersion, speculation } = engine
  return `${waiting} wait, ${kept(engine)} are put aside, ${unacknowledged} not acknowledged, version ${durableVersion} durable, ${engine.committedVersion} committed, ${speculation.open} open`
}

/** What was sent on channels that can't go on, because storage was lost. */
function undeliverable(engine: LiveHost, frames: FrameWatch): number {
  if (!frames.isLossy) return 0
  let count = 0
  for (const name of engine.names) {
    const darq = engine.existing(name)
    for (const lsn of darq?.pendingOf(Kind.out) ?? [])
      if (darq && frames.isBroken(engine, name, addressed(darq.core, lsn).to)) count += 1
  }
  return count
}

/** What participants have put aside to do later: messages no more, but not done. */
function kept(engine: LiveHost): number {
  let count = 0
  for (const name of engine.names) {
    const processor = engine.existing(name)?.attachment?.processor
    if (processor && 'kept' in processor && typeof processor.kept === 'number') count += processor.kept
  }
  return count
}
