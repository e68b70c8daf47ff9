/**
 * The applications of the tests as work for the simulator.
 *
 * @module
 */
import { bank } from './jobs/bank.ts'
import { checkout } from './jobs/checkout.ts'
import { flightsJob } from './jobs/flights.ts'
import type { Job } from './jobs/job.ts'
import { loss } from './jobs/loss.ts'
import { ring } from './jobs/ring.ts'
import { shop } from './jobs/shop.ts'
import { streamJob } from './jobs/stream.ts'
import { walk } from './jobs/walk.ts'
import { witness } from './jobs/witness.ts'

export type { Job } from './jobs/job.ts'

export const jobs: Readonly<Record<string, Job>> = {
  bank,
  ring,
  flights: flightsJob,
  shop: shop(),
  walk: walk(),
  witness,
  loss: loss(),
  checkout: checkout(),
  stream: streamJob(),
}
