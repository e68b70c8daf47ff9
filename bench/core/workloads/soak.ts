/**
 * Soak: the same call again and again over a log that is committed and emptied, each call timed by itself. Pauses show.
 *
 * @module
 */
import type { ContenderMaker } from '../contenders/contender.ts'
import { callsOf, turns } from './producers.ts'
import { expectSame, type StageContext, type Workload, type WorkloadSpec } from './workload.ts'

export function soak<Arrival, Key>(
  make: ContenderMaker<Arrival, Key>,
  spec: WorkloadSpec,
  { now_ms }: StageContext,
): Workload {
  const contender = make()
  const calls = callsOf(spec)
  const offered = turns(contender, spec, calls)
  const calls_ms = Array.from({ length: calls }, () => 0)
  const commits_ms = [0]
  let accepted = 0
  return {
    items: calls * spec.batch,
    payload_bytes: calls * spec.batch * spec.payload_bytes,
    calls_ms,
    commits_ms,
    prepare() {
      contender.settle()
      accepted = 0
    },
    run() {
      let call = 0
      for (const { arrival, producer } of offered) {
        const started_ms = now_ms()
        accepted += contender.ingest(arrival, producer.next)
        calls_ms[call++] = now_ms() - started_ms
        producer.next += spec.batch
      }
      const started_ms = now_ms()
      contender.commit()
      commits_ms[0] = now_ms() - started_ms
    },
    verify() {
      expectSame('accepted', calls * spec.batch, accepted)
    },
  }
}
