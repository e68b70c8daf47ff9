/**
 * Hosting without other tabs: where the platform has no means to meet them, or no storage to share.
 *
 * @module
 */
import type { Clock } from '../engine/types.ts'
import { DarqError, toFacts } from '../error.ts'
import { type HostHere, type HostInTab, keepHost } from './host-in-tab.ts'
import { factsOf, type Hosting } from './hosting.ts'
import { openRelay } from './relay.ts'
import type { HostingStatus } from './tab-worker.ts'

const wait_ms = 15_000

/** @returns no host, and none to wait for */
export function refuseHosting(error: DarqError, clock: Clock): Hosting {
  const { link, refuse } = openRelay({ clock, wait_ms })
  refuse(error)
  return {
    link,
    status: { role: 'follower', host: undefined, reason: toFacts(error) },
    sleep() {},
    wake() {},
    retry() {},
    end: async () => {},
  }
}

/** Opens a host that is this worker's alone. It is what a page has left: a failure of it is told, and there is no other. */
export function openLoneHosting(options: {
  readonly open: () => Promise<HostInTab>
  readonly clock: Clock
  readonly show: (status: HostingStatus) => void
}): Hosting {
  const { clock } = options
  const relay = openRelay({ clock, wait_ms })
  let status: HostingStatus = { role: 'leader', host: undefined, reason: undefined }
  function show(next: HostingStatus): void {
    status = next
    options.show(status)
  }
  const host: HostHere = keepHost(options.open, clock, {
    opened(here) {
      relay.use(here.link)
      show({ role: 'leader', host: factsOf(here), reason: undefined })
    },
    failed(error) {
      relay.refuse(error)
      show({ role: 'leader', host: undefined, reason: toFacts(error) })
    },
  })
  return {
    link: relay.link,
    get status() {
      return status
    },
    // Nobody else could take over: what is in memory is there when the page goes on.
    sleep() {},
    wake() {},
    retry: () => host.retry(),
    async end() {
      const closed = new DarqError('closed', { message: 'this tab was closed' })
      await host.close('commit', closed)
      relay.refuse(closed)
    },
  }
}
