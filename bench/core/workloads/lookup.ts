/**
 * Look-up: the next expected sequence of one producer among very many, in random order.
 *
 * @module
 */
import { Random } from '../../random.ts'
import type { ContenderMaker } from '../contenders/contender.ts'
import { uuid } from './producers.ts'
import { expectSame, type Workload, type WorkloadSpec } from './workload.ts'

const lookups = 50_000

export function lookup<Arrival, Key>(make: ContenderMaker<Arrival, Key>, spec: WorkloadSpec): Workload {
  const contender = make()
  const random = new Random(3)
  const payloads = [random.bytes(8)]
  for (let nth = 0; nth < spec.count; nth++) {
    contender.ingest(contender.arrival({ producer: uuid(random), payloads }), 1)
  }
  // A key that arrives is never the very string that the table holds.
  const again = new Random(3)
  again.bytes(8)
  const keys = Array.from({ length: spec.count }, () => contender.key(uuid(again)))
  let asked: Key[] = []
  let found = 0
  return {
    items: lookups,
    payload_bytes: 0,
    prepare() {
      found = 0
      asked = Array.from({ length: lookups }, () => keys[random.below(keys.length)] ?? contender.key(''))
    },
    run() {
      for (const key of asked) found += contender.expected(key)
    },
    verify() {
      expectSame('sum of what is expected', 2 * lookups, found)
    },
  }
}
