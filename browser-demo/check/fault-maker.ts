/**
 * Makes planned faults really happen, and counts those of which there is proof.
 *
 * @module
 */
import { readFile } from 'node:fs/promises'
import type { EdgeProcess } from '../edge-process.ts'
import type { BrowserTab } from './browser-tab.ts'
import { type FaultSide, type PlannedFault, sideOf } from './fault-plan.ts'

/** A cut during which nothing was tried proves nothing: it lasts until something was, but not for ever. */
const cut_ms_max = 8_000
const tick_ms = 20

export class FaultMaker {
  readonly happened: Record<FaultSide, number> = { tab: 0, edge: 0, network: 0 }
  readonly #tab: BrowserTab
  readonly #edge: EdgeProcess

  readonly #beforeEdgeKill: () => Promise<void>

  /** @param beforeEdgeKill a last look at what is about to be killed */
  constructor(tab: BrowserTab, edge: EdgeProcess, beforeEdgeKill: () => Promise<void>) {
    this.#tab = tab
    this.#edge = edge
    this.#beforeEdgeKill = beforeEdgeKill
  }

  /**
   * Resolves when the fault has happened: the process is gone, the network is back.
   *
   * @throws {Error} when it could not be made to happen
   */
  async make(fault: Pick<PlannedFault, 'kind' | 'lasts_ms'>): Promise<void> {
    switch (fault.kind) {
      case 'renderer_crash':
        await this.#tab.crash()
        await this.#tab.reopen()
        break
      case 'worker_kill':
        await this.#tab.killWorker()
        break
      case 'edge_kill':
        await this.#killEdge()
        break
      case 'network_cut':
        await this.#cutNetwork(fault.lasts_ms)
        break
    }
    this.happened[sideOf(fault.kind)] += 1
  }

  async #killEdge(): Promise<void> {
    await this.#beforeEdgeKill()
    const pid = await this.#edge.pid()
    process.kill(pid, 'SIGKILL')
    await until('workerd is gone', async () => !(await isRunning(pid)))
  }

  async #cutNetwork(lasts_ms: number): Promise<void> {
    const before = this.#tab.requests_cut
    const until_ms = performance.now() + lasts_ms
    await this.#tab.setOffline(true)
    try {
      await until(
        'a request failed during the cut',
        async () => performance.now() >= until_ms && this.#tab.requests_cut > before,
      )
    } finally {
      await this.#tab.setOffline(false)
    }
  }
}

/** @throws {Error} that names what was waited for */
async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const end_ms = performance.now() + cut_ms_max
  while (!(await holds())) {
    if (performance.now() > end_ms) throw new Error(`it did not come to pass that ${what}, in ${cut_ms_max} ms`)
    await new Promise((resolve) => setTimeout(resolve, tick_ms))
  }
}

/** A killed process that its parent has not buried yet is gone all the same. */
async function isRunning(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return !/\) Z /.test(stat)
}
