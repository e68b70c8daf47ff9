/**
 * The cashier's own Durable Object: a book on its own storage. It is no participant, and runs no step: it stands for whoever
 * takes cards.
 *
 * @module
 */
import type {
  DurableObjectState,
  Request as WorkersRequest,
  Response as WorkersResponse,
} from '@cloudflare/workers-types'
import * as v from 'valibot'
import { by_a_visitor } from '../demo-object.ts'
import { toWorkers } from '../platform.ts'
import { type Book, type BookLine, Charge } from './cashier.ts'

/** A card takes a moment: time to pull a plug. */
const takes_ms = 400
/** So many answers about a card on a bad line get lost. */
const answers_lost = 2
const line_key = 'line '
const void_key = 'void '

const Refund = v.object({ order: v.string() })

export class Cashier {
  readonly #state: DurableObjectState

  constructor(state: DurableObjectState) {
    this.#state = state
  }

  async fetch(request: WorkersRequest): Promise<WorkersResponse> {
    const { pathname } = new URL(request.url)
    if (pathname === '/demo/wipe') {
      await this.#state.storage.deleteAll()
      this.#state.abort(`wiped ${by_a_visitor}`)
    }
    if (request.method === 'GET') return toWorkers(Response.json(await this.#book()))
    const key = request.headers.get('Idempotency-Key') ?? ''
    const body: unknown = await request.json()
    await new Promise((resolve) => setTimeout(resolve, takes_ms))
    const line = pathname.endsWith('/charge')
      ? await this.#charge(key, v.parse(Charge, body))
      : await this.#refund(key, v.parse(Refund, body))
    return toWorkers(answerOf(line, body))
  }

  async #book(): Promise<Book> {
    const lines = await this.#state.storage.list<BookLine>({ prefix: line_key })
    return [...lines.values()].sort((one, other) => one.at_ms - other.at_ms)
  }

  async #charge(key: string, { order, card, cents }: Charge): Promise<BookLine> {
    const isVoid = (await this.#state.storage.get(void_key + order)) !== undefined
    const outcome = isVoid ? 'refunded already' : card === 'refused' ? 'refused' : 'charged'
    return await this.#note({ key, what: 'charge', order, cents: outcome === 'charged' ? cents : 0, outcome })
  }

  async #refund(key: string, { order }: v.InferOutput<typeof Refund>): Promise<BookLine> {
    await this.#state.storage.put(void_key + order, true)
    const charges = (await this.#book()).filter((line) => line.what === 'charge' && line.order === order)
    const cents = charges.reduce((sum, line) => sum + line.cents, 0)
    return await this.#note({
      ...{ key, what: 'refund', order, cents },
      outcome: cents > 0 ? 'refunded' : 'nothing to refund',
    })
  }

  /** What a key has come to once, it comes to again. Between reading and writing nobody else is let in. */
  async #note(line: Omit<BookLine, 'asked' | 'at_ms'>): Promise<BookLine> {
    const { storage } = this.#state
    const known = await storage.get<BookLine>(line_key + line.key)
    const noted = known === undefined ? { ...line, asked: 1, at_ms: Date.now() } : { ...known, asked: known.asked + 1 }
    await storage.put(line_key + line.key, noted)
    return noted
  }
}

function answerOf({ key, asked, outcome, cents }: BookLine, body: unknown): Response {
  if (outcome === 'refused') return new Response(null, { status: 402 })
  if (outcome === 'refunded already') return new Response(null, { status: 409 })
  // It was charged: only the answer is lost.
  const isLost = v.is(Charge, body) && body.card === 'bad line' && asked <= answers_lost
  if (isLost) return new Response(null, { status: 504 })
  return Response.json({ receipt: `receipt ${key.slice(-12)}`, cents })
}
