/**
 * What every scene's model has: a tab with its worker, the network between it and the edge, the edge's disk and plug, and the
 * buttons for them. Knows nothing of the document.
 *
 * @module
 */
import { openTab, type Tab } from '@darq/runtime/browser'
import { Network } from './network.ts'
import { hasPlug, pullPlug } from './plug.ts'
import { wipe } from './wipe.ts'

export interface SceneEvents {
  /** Something that the page shows has changed. */
  readonly changed: () => void
  /** Something worth a line in the log. */
  readonly happened: (what: string) => void
}

export abstract class TabScene {
  readonly network = new Network('online')
  protected readonly events: SceneEvents
  protected tab: Tab | undefined
  protected workers = 0
  protected hasPlug = false
  /** How much longer a flush takes at the edge than it must. */
  disk_ms = 0
  #worker: Worker | undefined

  constructor(events: SceneEvents) {
    this.events = events
  }

  /** @param name says whether the network is there */
  protected abstract makeWorker(name: string): Worker

  protected async openTab(options: { readonly producer?: string } = {}): Promise<Tab> {
    const tab = await openTab(() => this.#startWorker(), options)
    this.tab = tab
    return tab
  }

  #startWorker(): Worker {
    this.workers += 1
    this.#worker = this.makeWorker(this.network.state)
    return this.#worker
  }

  /** Ends the worker at once, as a crash would. */
  killWorker(): void {
    this.#worker?.terminate()
    this.events.happened('The worker was killed.')
  }

  /** Kills the process that the edge runs in. */
  async pullPlug(): Promise<void> {
    this.events.happened((await pullPlug()) ? 'The plug of the edge was pulled.' : 'There is no plug to pull.')
  }

  toggleNetwork(): void {
    this.network.set(this.network.state === 'online' ? 'offline' : 'online')
    this.events.happened(this.network.state === 'online' ? 'Online again.' : 'Offline: this tab is cut off.')
    // What the browser says when a cable is plugged in; the host then offers at once what has waited.
    window.dispatchEvent(new Event(this.network.state))
    this.events.changed()
  }

  /** Ends the tab, wipes what its host and these objects keep, and reloads the page. */
  protected async wipeAll(objects: readonly string[], host: string): Promise<void> {
    this.#worker?.terminate()
    void this.tab?.close()
    try {
      await wipe(objects, host)
    } catch (error) {
      this.events.happened(`Not wiped: ${error instanceof Error ? error.message : error}`)
    }
    location.reload()
  }

  protected diskIs(latency_ms: number): void {
    this.disk_ms = latency_ms
    this.events.changed()
  }

  protected async askForPlug(): Promise<void> {
    this.hasPlug = await hasPlug()
    this.events.changed()
  }

  protected async followStatus(tab: Tab): Promise<void> {
    let said = ''
    for await (const { role, durability } of tab.watchStatus()) {
      const now = `This tab is the ${role}; its storage is ${durability}.`
      if (now !== said) this.events.happened(now)
      said = now
      this.events.changed()
    }
  }
}
