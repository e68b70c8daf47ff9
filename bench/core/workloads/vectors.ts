/**
 * Vector merge and prune: a host hears from many others. Every message's vector is merged, every version's own is encoded,
 * and notices of what is durable by now come some versions later.
 *
 * @module
 */
import { Random } from '../../random.ts'
import type { DependenciesMaker, Dependency } from '../contenders/dependencies.ts'
import { expectSame, type Workload, type WorkloadSpec } from './workload.ts'

const versions = 64
const messages_per_version = 16
/** Versions until what came with one is durable everywhere. */
const durable_after = 8
const entries_max = 1 << 15

/** What reaches the host while one version is open, and when it is closed. */
interface Stretch<Vector> {
  readonly vectors: readonly Vector[]
  /** What is durable by then; empty in the first versions. */
  readonly notice: Vector
}

export function vectors<Vector>(make: DependenciesMaker<Vector>, spec: WorkloadSpec): Workload {
  const host = make({ hosts_max: spec.count, entries_max })
  const { stretches, ends } = history(spec)
  const arriving: Stretch<Vector>[] = stretches.map(({ vectors: brought, notice }) => {
    return { vectors: brought.map((vector) => host.arrival(vector)), notice: host.arrival(notice) }
  })
  let ended = 0
  let encoded_bytes = 0
  let committed = 0
  return {
    items: versions * messages_per_version,
    payload_bytes: 0,
    prepare() {
      host.reset()
      ended = 0
      encoded_bytes = 0
      committed = 0
    },
    run() {
      for (const { vectors: brought, notice } of arriving) {
        for (const vector of brought) host.merge(vector)
        encoded_bytes += host.close().length
        ended += host.prune(notice)
        committed = host.committed()
      }
    },
    verify() {
      expectSame('entries that ended', ends, ended)
      expectSame('committed', versions - durable_after, committed)
      if (encoded_bytes < versions * spec.batch) throw new Error('vectors are too short')
    },
  }
}

/** The same for every contender. `ends`: how many entries of versions the notices end. */
function history({ count: hosts, batch }: WorkloadSpec) {
  const random = new Random(5)
  /** By host: its newest version. */
  const newest = Array.from({ length: hosts }, () => 1)
  const known = new Map<number, number>()
  const stretches: Stretch<readonly Dependency[]>[] = []
  const brought: Map<number, number>[] = []
  for (let nth = 0; nth < versions; nth++) {
    const news = new Map<number, number>()
    const arriving = Array.from({ length: messages_per_version }, () => {
      const named = distinct(random, hosts, batch)
      // The sender comes first, with a version that nobody has heard of.
      const [sender = 0] = named
      newest[sender] = (newest[sender] ?? 0) + 1
      const vector = named.map((host): Dependency => [host, 1, newest[host] ?? 0])
      for (const [host, , version] of vector) {
        if (version <= (known.get(host) ?? 0)) continue
        known.set(host, version)
        news.set(host, version)
      }
      return vector
    })
    brought.push(news)
    const durable = [...(brought[nth - durable_after] ?? [])]
    stretches.push({ vectors: arriving, notice: durable.map(([host, version]): Dependency => [host, 1, version]) })
  }
  const ends = brought.slice(0, -durable_after).reduce((sum, { size }) => sum + size, 0)
  return { stretches, ends }
}

/** @returns so many different numbers below `end` */
function distinct(random: Random, end: number, count: number): number[] {
  const drawn = new Set<number>()
  while (drawn.size < Math.min(count, end)) drawn.add(random.below(end))
  return [...drawn]
}
