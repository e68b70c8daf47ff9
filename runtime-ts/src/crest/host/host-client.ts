/**
 * A host together with a client of its own, in the same process: what `openHost` gives.
 *
 * @module
 */
import type { Clock, CoreInUse } from '../../engine/types.ts'
import type { Durability } from '../../storage/contract.ts'
import { openClient } from '../client/client.ts'
import type { Client } from '../client/client-types.ts'
import type { Link } from '../wire/link.ts'

/** A client of the host that it has opened. */
export interface Host extends Client {
  readonly durability: Durability
  readonly epoch: number
  /** Which core it runs on, and why not on Wasm. */
  readonly core: CoreInUse
}

/** What stands behind the client. */
export interface Opened {
  readonly link: Link
  readonly durability: Durability
  readonly core: CoreInUse
  epoch(): number
  close(): Promise<void>
}

/** What it sends carries no numbers: it is in the same process, so nothing is lost on the way that could be sent again. */
export function hostClient(opened: Opened, platform: { clock?: Clock; random?: () => number }): Host {
  const { clock, random } = platform
  const client = openClient({
    link: opened.link,
    producer: '',
    ...(clock !== undefined && { clock }),
    ...(random !== undefined && { random }),
    onClose: () => opened.close(),
  })
  return {
    send: (message, given) => client.send(message, given),
    call: (message, given) => client.call(message, given),
    query: (message, given) => client.query(message, given),
    watch: (message, given) => client.watch(message, given),
    inspect: (name) => client.inspect(name),
    session: client.session,
    close: () => client.close(),
    [Symbol.asyncDispose]: () => client.close(),
    durability: opened.durability,
    core: opened.core,
    get epoch() {
      return opened.epoch()
    },
  }
}
