/**
 * A Durable Object of the demo: it lets visitors kill it, wipe it and slow its disk, which no real deployment would.
 *
 * @module
 */
import type {
  DurableObjectState,
  Request as WorkersRequest,
  Response as WorkersResponse,
} from '@cloudflare/workers-types'
import type { Edge } from '@darq/edge'
import * as v from 'valibot'
import type { EdgeDisk } from './edge-disk.ts'
import { toWorkers } from './platform.ts'
import { SlowDisk } from './slow-disk.ts'

const disk_key = 'demo/disk_ms'
const Disk = v.object({ latency_ms: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(10_000)) })
export const parseDisk = v.parser(Disk)
/** What an object says as it dies. */
export const by_a_visitor = 'by a visitor'

/** @returns the class of `edge`'s objects, with `/demo/kill`, `/demo/wipe` and `/demo/disk` */
export function demoObject<Env extends object>(edge: Edge<Env>) {
  return class DemoObject extends edge.DurableObject {
    readonly #state: DurableObjectState
    readonly #disk: SlowDisk

    constructor(state: DurableObjectState, env: Env) {
      super(state, env)
      this.#state = state
      this.#disk = new SlowDisk(state.storage)
      // It stays slow over the lives of the object, until somebody says otherwise.
      state.blockConcurrencyWhile(async () => {
        this.#disk.latency_ms = (await state.storage.get<number>(disk_key)) ?? 0
      })
    }

    override async fetch(request: WorkersRequest): Promise<WorkersResponse> {
      const { pathname } = new URL(request.url)
      // `abort` throws: the object is gone before it can answer.
      if (pathname === '/demo/kill') this.#state.abort(`killed ${by_a_visitor}`)
      if (pathname === '/demo/wipe') {
        await this.#state.storage.deleteAlarm()
        await this.#state.storage.deleteAll()
        this.#state.abort(`wiped ${by_a_visitor}`)
      }
      if (pathname === '/demo/disk') return await this.#slow(request)
      if (super.fetch === undefined) throw new Error('the object takes no requests')
      return await super.fetch(request)
    }

    async #slow(request: WorkersRequest): Promise<WorkersResponse> {
      if (request.method === 'POST') {
        const { latency_ms } = parseDisk(await request.json())
        await this.#disk.fast.put(disk_key, latency_ms)
        this.#disk.latency_ms = latency_ms
      }
      const disk: EdgeDisk = { latency_ms: this.#disk.latency_ms }
      return toWorkers(Response.json(disk))
    }
  }
}
