/**
 * How a life of a host begins: the real engine over the place's disk, with the world's clock and wires.
 *
 * @module
 */
import { LiveHost } from '../../runtime-ts/src/engine/host.ts'
import { openHost } from '../../runtime-ts/src/engine/open-host.ts'
import type { EngineOptions } from '../../runtime-ts/src/engine/types.ts'
import type { DarqError } from '../../runtime-ts/src/error.ts'
import { hostOf, type MadeBy, Taker } from './application.ts'
import { describedCore, describedVectors, nameClosures } from './canonical.ts'
import type { Disk } from './disk.ts'
import type { Life } from './life.ts'
import type { Scope } from './scope.ts'
import { Violation } from './violation.ts'

const makers = { core: describedCore(), vectors: describedVectors }

/** The place in which a life begins. */
interface OpeningPlace {
  readonly name: string
  readonly scope: Scope
  readonly disk: Disk
  /** What the frame that is being read is about. */
  readonly reading: string
  broken: Violation | undefined
  send(to: string, frame: Uint8Array): void
  /** The life's engine has stopped. */
  ended(life: Life, reason: DarqError | undefined): void
}

export async function openLife(place: OpeningPlace, life: Life, previous: LiveHost | undefined): Promise<LiveHost> {
  const { name, scope } = place
  const options: EngineOptions = {
    name,
    storage: place.disk.storageOf(life),
    clock: life,
    random: () => 0.5,
    k: scope.k,
    ...(scope.log_bytes_max && { limits: { log_bytes_max: scope.log_bytes_max } }),
    route: (darq) => (hostOf(darq) === name ? undefined : hostOf(darq)),
    processor: (darq) => new Taker(darq, scope.application, () => stateOf(life)),
    transport: { send: (to, frame) => place.send(to, frame) },
    onError: (error, where) => {
      if (!life.isOver) place.broken ??= new Violation(`${name} reports ${error.code} (${where}): ${error.message}`)
    },
  }
  const engine = await openHost(options, makers, previous)
  life.engine = engine
  nameClosures(engine, () => place.reading)
  void engine.stopped.then((reason) => place.ended(life, reason))
  return engine
}

function stateOf({ host, life, engine }: Life): MadeBy {
  // A processor that is restored within `openHost` makes no step.
  if (!(engine instanceof LiveHost)) throw new Error('a step before the host is open')
  return { host, life, version: engine.speculation.open }
}
