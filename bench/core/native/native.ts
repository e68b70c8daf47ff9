/**
 * The floor: the same algorithm in C, and `memcpy` of the same bytes, compiled here for this machine.
 *
 * @module
 */
import { execFile, spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { twin } from '@darq/core/twin'
import type { Row } from '../../row.ts'
import { summarize } from '../../statistics.ts'
import { CoreContender, type Frame } from '../contenders/core-contender.ts'
import type { Plan } from '../plan.ts'
import { Missing, type RuntimeReport } from '../runtimes/runtime.ts'
import { callsOf, frameBytes, type Turn, turns } from '../workloads/producers.ts'
import { commit_bytes, type WorkloadSpec } from '../workloads/workload.ts'

const run = promisify(execFile)
const compilers = ['cc', 'gcc', 'clang']
/** What has a counterpart in C, and what it is called there. */
const counterparts = [
  { workload: 'ingest', contender: 'native-c', asked: 'ingest', commits: false },
  { workload: 'ingest-commit', contender: 'native-c', asked: 'ingest', commits: true },
  { workload: 'ingest-duplicates', contender: 'native-c', asked: 'ingest-duplicates', commits: true },
  { workload: 'copy-in', contender: 'memcpy', asked: 'memcpy', commits: false },
] as const

/** The compiled program, in a folder of its own. */
export interface Native {
  readonly version: string
  measure(spec: WorkloadSpec, contender: string, asked: string, commits: boolean, plan: Plan): Promise<Row[]>
  /** XXH32 over the commits of one section of `spec`, each seeded with the one before. */
  digest(spec: WorkloadSpec): Promise<number>
  close(): Promise<void>
}

/** @throws {Missing} there is no C compiler */
export async function compileNative(): Promise<Native> {
  const compiler = compilers.find((name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0)
  if (compiler === undefined) throw new Missing(`no C compiler: none of ${compilers.join(', ')}`)
  const folder = await mkdtemp(join(tmpdir(), 'darq-bench-native-'))
  const program = join(folder, 'ingest')
  const source = join(import.meta.dirname, 'ingest.c')
  await run(compiler, ['-O3', '-march=native', '-std=gnu11', '-o', program, source])
  const version = `${(await run(compiler, ['--version'])).stdout.split('\n')[0]}, -O3 -march=native`

  const ask = async (spec: WorkloadSpec, asked: string, commits: boolean, timing: readonly number[]) => {
    const frames = join(folder, 'frames')
    await writeFile(frames, framesOf(spec))
    const calls = callsOf(spec)
    const commit_calls = commits ? Math.max(1, Math.floor(commit_bytes / frameBytes(spec))) : 0
    const sizes = [spec.batch, calls, commit_calls, ...timing].map(String)
    const { stdout } = await run(program, [frames, asked, ...sizes])
    return stdout.trim().split('\n')
  }

  return {
    version,
    async measure(spec, contender, asked, commits, { rounds, round_ms, warm_up_ms }) {
      const lines = await ask(spec, asked, commits, [rounds, round_ms, warm_up_ms])
      const figures = lines.map((line) => line.split(' ').map(Number))
      const rate = ([messages = 0, elapsed_ns = 0]: readonly number[]) => (messages / elapsed_ns) * 1e9
      const { median, spread } = summarize(figures.map((figure) => rate(figure)))
      const typical = summarize(figures.map((figure) => rate(figure.slice(2))))
      const { name: workload, payload_bytes, batch } = spec
      const row = { bench: 'core', runtime: 'native', contender, workload, payload_bytes, batch }
      return [
        { ...row, metric: 'throughput', unit: 'messages/s', value: median, spread },
        { ...row, metric: 'typical', unit: 'messages/s', value: typical.median, spread: typical.spread },
        { ...row, metric: 'bandwidth', unit: 'B/s', value: median * payload_bytes, spread: spread * payload_bytes },
      ]
    },
    async digest(spec) {
      const [line] = await ask(spec, 'digest', true, [1, 0, 0])
      return Number(line)
    },
    async close() {
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** @throws {Missing} there is no C compiler */
export async function runNative(plan: Plan, say: (line: string) => void): Promise<RuntimeReport> {
  const native = await compileNative()
  try {
    const rows: Row[] = []
    for (const { workload, contender, asked, commits } of counterparts) {
      for (const spec of plan.specs.filter(({ name }) => name === workload)) {
        const found = await native.measure(spec, contender, asked, commits, plan)
        rows.push(...found)
        const rate = ((found[0]?.value ?? 0) / 1e6).toFixed(2)
        say(`native ${spec.name} ${spec.payload_bytes} B × ${spec.batch}: ${contender} ${rate} M messages/s`)
      }
    }
    return { name: 'native', version: native.version, rows }
  } finally {
    await native.close()
  }
}

/** The frames of one section, as the program reads them. */
function framesOf(spec: WorkloadSpec): Uint8Array {
  const contender = new CoreContender(twin())
  const offered: readonly Turn<Frame>[] = turns(contender, spec, callsOf(spec))
  const producers = [...new Set(offered.map(({ producer }) => producer))]
  const words = (...values: number[]) => new Uint8Array(Uint32Array.from(values).buffer)
  return Buffer.concat([
    words(producers.length, offered.length),
    ...offered.flatMap(({ producer, arrival: { bytes } }) => [words(producers.indexOf(producer), bytes.length), bytes]),
  ])
}
