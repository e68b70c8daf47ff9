/**
 * Arrive: batches of new messages, of which some may be offered twice, up to accepted or up to bytes for storage.
 *
 * @module
 */
import type { ContenderMaker } from '../contenders/contender.ts'
import { callsOf, frameBytes, type Turn, turns } from './producers.ts'
import { commit_bytes, expectSame, type Workload, type WorkloadSpec } from './workload.ts'

export interface IngestOptions {
  /** `arrivals`: each in the form in which it reaches the contender. `objects`: plain objects for all. */
  readonly from: 'arrivals' | 'objects'
  /** How often each batch is offered; every time after the first it is a repeat. */
  readonly offers: 1 | 2
  /** Commits for every MiB, within the timed section. */
  readonly commits: boolean
}

export function ingest<Arrival, Key>(
  make: ContenderMaker<Arrival, Key>,
  spec: WorkloadSpec,
  { from, offers, commits }: IngestOptions,
): Workload {
  const contender = make()
  const calls = callsOf(spec)
  const offered = turns(contender, spec, calls)
  const commit_calls = commits ? Math.max(1, Math.floor(commit_bytes / frameBytes(spec))) : Number.POSITIVE_INFINITY
  const items = calls * spec.batch * offers
  let accepted = 0
  let committed_bytes = 0
  /** Looks into the bytes, so that no compiler may leave them out. */
  let last_byte = 0

  const offer =
    from === 'arrivals'
      ? ({ arrival, producer }: Turn<Arrival>) => contender.ingest(arrival, producer.next)
      : ({ batch, producer }: Turn<Arrival>) => contender.ingestObjects(batch, producer.next)

  const commit = () => {
    const bytes = contender.commit()
    committed_bytes += bytes.length
    last_byte ^= bytes[bytes.length - 1] ?? 0
  }

  return {
    items,
    payload_bytes: items * spec.payload_bytes,
    prepare() {
      contender.settle()
      accepted = 0
      committed_bytes = 0
    },
    run() {
      let call = 0
      for (const turn of offered) {
        for (let nth = 0; nth < offers; nth++) accepted += offer(turn)
        turn.producer.next += spec.batch
        if (++call % commit_calls === 0) commit()
      }
      if (commits && calls % commit_calls !== 0) commit()
    },
    verify() {
      expectSame('accepted', calls * spec.batch, accepted)
      expectSame('unconsumed', calls * spec.batch, contender.unconsumed)
      const stored_bytes = calls * spec.batch * spec.payload_bytes
      if (commits && (committed_bytes < stored_bytes || last_byte < 0)) {
        throw new Error(`committed: expected at least ${stored_bytes} bytes, got ${committed_bytes}`)
      }
    },
  }
}
