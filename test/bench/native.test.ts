import { spawnSync } from 'node:child_process'
import { xxh32 } from '@darq/core'
import { twin } from '@darq/core/twin'
import { afterAll, describe, expect, test } from 'vitest'
import { CoreContender } from '../../bench/core/contenders/core-contender.ts'
import { compileNative } from '../../bench/core/native/native.ts'
import { callsOf, frameBytes, turns } from '../../bench/core/workloads/producers.ts'
import { commit_bytes, type WorkloadSpec } from '../../bench/core/workloads/workload.ts'

const compiler = ['cc', 'gcc', 'clang'].find((name) => spawnSync(name, ['--version']).status === 0)

describe.skipIf(compiler === undefined)('the C program', async () => {
  const native = compiler === undefined ? undefined : await compileNative()
  afterAll(() => native?.close())

  test.each([
    { payload_bytes: 61, batch: 7, section_bytes: 100_000 },
    { payload_bytes: 0, batch: 1, section_bytes: 10_000 },
    { payload_bytes: 1024, batch: 256, section_bytes: 3 << 20 },
  ])('commits the same bytes as the core: %o', async (size) => {
    const spec: WorkloadSpec = { name: 'ingest-commit', count: 0, ...size }
    const contender = new CoreContender(twin())
    const commit_calls = Math.max(1, Math.floor(commit_bytes / frameBytes(spec)))
    const calls = callsOf(spec)
    let digest = 0
    for (const [call, { producer, arrival }] of turns(contender, spec, calls).entries()) {
      producer.next += contender.ingest(arrival, producer.next)
      if ((call + 1) % commit_calls === 0 || call + 1 === calls) digest = xxh32(contender.commit(), digest)
    }
    expect(await native?.digest(spec)).toBe(digest)
  })
})
