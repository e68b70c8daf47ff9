/**
 * Where the seeds of one `simulate` are run, one after the other: participants are prepared for it once.
 *
 * @module
 */
import { everyPart } from '../crest/define/participant.ts'
import { fragile } from './fragile.ts'
import type { HostPlan } from './simulated-host-context.ts'
import type { Simulation } from './world.ts'

export class Stage {
  readonly hosts: readonly HostPlan[]
  #simulation: Simulation | undefined

  constructor(hosts: readonly HostPlan[]) {
    const prepared = new Map(
      [...new Set(hosts.flatMap(({ participants }) => everyPart(participants)))].map((participant) => [
        participant,
        fragile(
          participant,
          () => this.#simulation?.faults.handler(),
          (what) => this.#simulation?.violate(`${participant.name}: ${what}`),
        ),
      ]),
    )
    this.hosts = hosts.map((host) => ({
      ...host,
      participants: everyPart(host.participants).map((participant) => prepared.get(participant) ?? participant),
    }))
  }

  /** The next seed's world. */
  enter(simulation: Simulation): void {
    this.#simulation = simulation
  }
}
