/**
 * Both cores side by side: whatever is done is done to both, and after it everything that can be seen must be the same.
 *
 * @module
 */
import { expect } from 'vitest'
import type { Core, CoreLimits, CoreMaker, Lsn } from '../src/core.ts'
import { twin } from '../src/twin.ts'
import { wasm } from '../src/wasm.ts'
import * as frames from './frames.ts'

export const makers: readonly [wasm: CoreMaker, twin: CoreMaker] = [await wasm(), twin()]

export class Pair {
  readonly cores: readonly [wasm: Core, twin: Core]

  constructor(limits: Partial<CoreLimits> = {}) {
    const all = { ...frames.limits, ...limits }
    this.cores = [makers[0](all), makers[1]({ ...all, hash_key: all.hash_key.map((byte) => byte ^ 0x5a) })]
    this.same()
  }

  /** Does `what` to both. @returns the answer, which must be the same, as must all that can be seen afterwards */
  each<Answer>(what: (core: Core) => Answer): Answer {
    const [left, right] = this.cores.map(what) as [Answer, Answer]
    expect(left, 'the answers of wasm and twin').toEqual(right)
    this.same()
    return left
  }

  same(): void {
    const [left, right] = this.cores
    expect(visible(left), 'what wasm and twin show').toEqual(visible(right))
    expect(Buffer.compare(frames.logBytes(left), frames.logBytes(right)), 'the logs of wasm and twin').toBe(0)
  }

  ingest(frame: frames.Batch | Uint8Array): ReturnType<Core['ingest']> {
    return this.each((core) => frames.ingest(core, frame))
  }
  step(parts: frames.StepParts): ReturnType<Core['step']> {
    return this.each((core) => frames.step(core, parts))
  }
  /** A step of these very bytes. */
  stepBytes(frame: Uint8Array): ReturnType<Core['step']> {
    return this.each((core) => {
      frames.put(core, frame)
      return core.step(frame.length)
    })
  }
  pending(...kinds: Parameters<typeof frames.pending> extends [Core, ...infer Kinds] ? Kinds : never): Lsn[] {
    return this.each((core) => frames.pending(core, ...kinds))
  }
  /** Seals. @returns a copy of the segment */
  seal(): Uint8Array {
    return this.each(frames.sealed)
  }
  acknowledge(...lsns: number[]): number {
    return this.each((core) => {
      core.lsns.set(lsns)
      return core.acknowledge(lsns.length)
    })
  }
  load(segments: Uint8Array): ReturnType<Core['load']> {
    return this.each((core) => core.load(segments))
  }
  digest(): number {
    return this.each((core) => core.digest())
  }
  log(): Uint8Array {
    return this.each(frames.logBytes)
  }
  /** The wasm core: any property of it, since both are the same. */
  get core(): Core {
    return this.cores[0]
  }

  /** Asserts that `what` is answered with `answer` and changes nothing. */
  refuses<Answer>(answer: Answer, what: () => Answer): void {
    const digest = this.digest()
    const before = visible(this.core)
    expect(what()).toBe(answer)
    expect(this.digest()).toBe(digest)
    expect(visible(this.core)).toEqual(before)
  }
}

function visible(core: Core) {
  const { start, end, sealed, reserved, unconsumed, unacknowledged, checkpoint, snapshotted, snapshot_bytes, head } =
    core
  const digest = core.digest()
  return {
    start,
    end,
    sealed,
    reserved,
    unconsumed,
    unacknowledged,
    checkpoint,
    snapshotted,
    snapshot_bytes,
    head,
    digest,
  }
}
