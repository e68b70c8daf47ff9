/**
 * Where the time goes: V8's sampling profiler (what `node --cpu-prof` records) over one contender's rounds, in Node.
 *
 * @module
 */
import type { Profiler } from 'node:inspector'
import { Session } from 'node:inspector/promises'
import type { ContenderName } from './contenders/contender.ts'
import { stageOf } from './contenders/stage-of.ts'
import { v8Serializer } from './contenders/v8-serializer.ts'
import type { WorkloadSpec } from './workloads/workload.ts'

export interface Hotspot {
  /** Function and file. */
  readonly place: string
  /** Of the samples, 0 to 1. */
  readonly share: number
}

export interface Profile {
  readonly contender: ContenderName
  readonly spec: WorkloadSpec
  /** Hottest first. */
  readonly hotspots: readonly Hotspot[]
}

const sampling_interval_us = 100
const profiled_ms = 400
const hotspots_max = 7
/** The parts of a workload that no round counts; those below `prepare` by name, too, as it may have been inlined. */
const untimed = new Set(['prepare', 'verify', 'settle', '#pending', '#consume'])

/**
 * Runs rounds of `spec` in this thread.
 *
 * @param names of Wasm functions by index; those without one go by their number
 */
export async function profile(
  contender: ContenderName,
  spec: WorkloadSpec,
  names: ReadonlyMap<number, string>,
): Promise<Profile> {
  const stage = await stageOf(contender, v8Serializer, { now_ms: () => performance.now(), heap_bytes: undefined })
  await stage.open(spec)
  await stage.round(profiled_ms)
  const session = new Session()
  session.connect()
  try {
    await session.post('Profiler.enable')
    await session.post('Profiler.setSamplingInterval', { interval: sampling_interval_us })
    await session.post('Profiler.start')
    await stage.round(profiled_ms)
    const { profile: recorded } = await session.post('Profiler.stop')
    const places = hitsOfTimedParts(recorded.nodes, names)
    const samples = [...places.values()].reduce((sum, hits) => sum + hits, 0)
    const hotspots = [...places]
      .map(([place, hits]) => ({ place, share: hits / Math.max(1, samples) }))
      .sort((one, other) => other.share - one.share)
      .slice(0, hotspots_max)
    return { contender, spec, hotspots }
  } finally {
    session.disconnect()
  }
}

/** Samples by function and file, without what was called by an untimed part. */
function hitsOfTimedParts(
  nodes: readonly Profiler.ProfileNode[],
  names: ReadonlyMap<number, string>,
): Map<string, number> {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const places = new Map<string, number>()
  const waiting = nodes.slice(0, 1)
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    const { callFrame, hitCount = 0, children = [] } = node
    if (untimed.has(callFrame.functionName)) continue
    const place = placeOf(callFrame, names)
    if (hitCount > 0) places.set(place, (places.get(place) ?? 0) + hitCount)
    waiting.push(...children.flatMap((id) => byId.get(id) ?? []))
  }
  return places
}

function placeOf({ functionName, url }: Profiler.ProfileNode['callFrame'], names: ReadonlyMap<number, string>): string {
  const index = /^wasm-function\[(\d+)\]$/.exec(functionName)?.[1]
  if (index !== undefined) return `${names.get(Number(index)) ?? functionName} core.wasm`
  const file = url.startsWith('wasm:') ? 'core.wasm' : (url.split('/').at(-1) ?? '')
  const name = functionName === '' ? '(anonymous)' : functionName
  return file === '' ? name : `${name} ${file}`
}
