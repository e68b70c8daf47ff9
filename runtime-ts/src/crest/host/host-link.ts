/**
 * The link of a host: how its clients reach the participants on it, and by its routes those elsewhere.
 *
 * @module
 */
import type { Dependency } from '../../engine/dependency.ts'
import { countMessages, decodeMessages } from '../../engine/messages.ts'
import type { Clock, Darq, Engine, Grade, Lsn, Sequence } from '../../engine/types.ts'
import { asError, DarqError, isA } from '../../error.ts'
import { utf8 } from '../../text.ts'
import type { Definition } from '../define/definition.ts'
import { type Admitted, admitFromClient, Inadmissible } from '../run/admission.ts'
import type { QueryableProcessor } from '../run/ledger-processor.ts'
import { ownError } from '../wire/failure.ts'
import type { EnqueueRequest, Graded, HostCounts, Link, QueryRequest, ViewFacts } from '../wire/link.ts'
import { Producers } from '../wire/producer-id.ts'
import type { Route } from '../wire/route.ts'
import { decodeSession, encodeSession } from '../wire/session.ts'
import { type Directory, unknownAddress } from './directory.ts'
import type { Ends } from './ends.ts'
import type { ProcessorRegistry } from './processor-registry.ts'
import { gradeOf, hasGrade, Watching } from './watching.ts'

/** An engine while it lives, and who lives on it. */
export interface Life {
  readonly engine: Engine
  readonly ends: Ends
  readonly registry: ProcessorRegistry
}

export class HostLink implements Link {
  readonly #directory: Directory
  readonly #clock: Clock
  readonly #life: () => Life | Promise<Life>
  readonly #links = new Map<Route, Link>()
  readonly #producers = new Producers()

  /** @param life the present one, or the next while the engine is opened anew */
  constructor(directory: Directory, clock: Clock, life: () => Life | Promise<Life>) {
    this.#directory = directory
    this.#clock = clock
    this.#life = life
  }

  /** Accepts before it returns, while the engine lives. */
  async enqueue(request: EnqueueRequest, report: (graded: Graded) => void): Promise<void> {
    const definition = this.#directory.local(request.to)
    if (definition === undefined) return this.#away(request.to).enqueue(request, report)
    const life = this.#life()
    const { engine, registry } = life instanceof Promise ? await life : life
    const admitted = admitMessages(definition, request)
    const { id, stated } = this.#producers.get(request.producer)
    // The link's cast: a number becomes a sequence here, and the core refuses an invalid one.
    const first = request.first as Sequence
    const after = request.session === undefined ? undefined : decodeSession(request.session)
    const receipt = engine.darq(request.to).enqueue(id, first, request.messages, stated, after)
    const { lsns, duplicates } = receipt
    // A key's one message has the sequence 1.
    const expected = stated !== undefined && 'key' in stated ? 2 : receipt.expected
    const processor = registry.current(request.to)
    for (const [index, lsn] of lsns.entries()) {
      const known = admitted[duplicates + index]
      if (known !== undefined) processor?.expect(lsn, known)
    }
    report({ grade: 'accepted', lsns, duplicates, expected, ...(after && seen(engine, after)) })
    const { durability } = engine
    await receipt.durable
    report({ grade: 'durable', durability })
    await receipt.committed
    report({ grade: 'committed', durability })
  }

  async query(request: QueryRequest, grade: Grade): Promise<ViewFacts> {
    if (this.#directory.local(request.to) === undefined) return this.#away(request.to).query(request, grade)
    const life = await this.#life()
    const { processor, darq } = this.#find(life, request.to)
    const after = request.session === undefined ? undefined : decodeSession(request.session)
    if (after) life.engine.unsettled(after)
    const value = answerOf(processor, request)
    if (value.length === 0)
      throw new DarqError('unavailable', {
        retryable: false,
        message: `${request.to} has no value for ${request.name} yet: watch it, and it will come`,
        facts: { expected: 'a value', got: 'none yet' },
      })
    const { position } = processor
    if (darq === undefined) return { grade: 'committed', value }
    const session = after && seen(life.engine, after)
    if (!hasGrade(darq, position, grade)) await reaches(life.ends, darq, position, grade)
    return { grade: gradeOf(darq, position), value, ...session }
  }

  async watch(request: QueryRequest, see: (view: ViewFacts) => void, signal: AbortSignal): Promise<void> {
    if (this.#directory.local(request.to) === undefined) return this.#away(request.to).watch(request, see, signal)
    const { engine, ends, registry } = await this.#life()
    if (signal.aborted) return
    const darq = engine.darq(request.to)
    await new Promise<void>((resolve, reject) => {
      let forget = (): void => {}
      const stop = (): void => {
        watching.stop()
        forget()
        signal.removeEventListener('abort', end)
      }
      const fail = (error: unknown): void => {
        reject(queryError(error, request.name))
        stop()
      }
      const end = (): void => {
        resolve()
        stop()
      }
      const watching = new Watching(darq, this.#clock, () => registry.current(request.to), request, see, fail)
      signal.addEventListener('abort', end)
      forget = ends.add(fail)
      watching.start()
    })
  }

  async expected(to: string, producer: string): Promise<number> {
    if (this.#directory.local(to) === undefined) return this.#away(to).expected(to, producer)
    const life = await this.#life()
    const { darq } = this.#find(life, to)
    return darq?.expected(utf8('a producer id', producer)) ?? 1
  }

  async pending(to: string): Promise<number> {
    if (this.#directory.local(to) === undefined) return this.#away(to).pending(to)
    const life = await this.#life()
    const { darq, processor } = this.#find(life, to)
    return (darq?.waiting ?? 0) + processor.kept
  }

  async counts(to: string): Promise<HostCounts> {
    if (this.#directory.local(to) === undefined) return this.#away(to).counts(to)
    const { engine } = await this.#life()
    return { ...engine.counts, epoch: engine.epoch }
  }

  #find(
    { engine, registry }: Life,
    to: string,
  ): { readonly processor: QueryableProcessor; readonly darq: Darq | undefined } {
    const found = registry.find(engine, to)
    if (found === undefined) throw unknownAddress(to)
    return found
  }

  /** @throws {DarqError} `unknown_address` */
  #away(to: string): Link {
    const route = this.#directory.route(to)
    if (route === undefined) throw unknownAddress(to)
    let link = this.#links.get(route)
    if (link === undefined) {
      link = route.link()
      this.#links.set(route, link)
    }
    return link
  }
}

/**
 * Admits what a client sends. Refuses, to the sender, what its participant could only set aside, and what a client has no right to send.
 *
 * @returns each message as its participant will handle it; `undefined` for one from newer code, which waits for this host to be
 * renewed too
 * @throws {DarqError} `bad_frame`, `unknown_message`, `schema`, `unauthorized`; facts: `index` of the message. None was taken then.
 */
function admitMessages(
  definition: Definition,
  { messages, producer }: EnqueueRequest,
): readonly (Admitted | undefined)[] {
  const count = countMessages(messages)
  if (typeof count === 'string') throw new DarqError('bad_frame', { facts: { reason: count } })
  const all: (Admitted | undefined)[] = []
  for (const payload of decodeMessages(messages)) {
    try {
      all.push(admitFromClient(definition, payload, producer))
    } catch (thrown) {
      throw withIndex(isA(thrown, Inadmissible) ? thrown.error : ownError(thrown), all.length)
    }
  }
  return all
}

function withIndex(error: DarqError, index: number): DarqError {
  const facts =
    typeof error.facts === 'object' && error.facts !== null && !Array.isArray(error.facts) ? error.facts : {}
  return new DarqError(error.code, { cause: error, retryable: error.retryable, facts: { ...facts, index } })
}

/** A repeat is told as such even when what its sender had seen is lost by now: nothing of that is passed on. */
function isUnsettled(engine: Engine, state: Dependency): boolean {
  try {
    return engine.unsettled([state]).length > 0
  } catch (error) {
    if (error instanceof DarqError && error.code === 'session_lost') return false
    throw error
  }
}

/** What the sender of a request with a session has seen by its answer, as far as it may still be lost. */
function seen(engine: Engine, after: readonly Dependency[]): { readonly session: string } {
  return { session: encodeSession([...after.filter((state) => isUnsettled(engine, state)), ...engine.seen()]) }
}

/** @throws {DarqError} `unknown_message`, `schema`, `bad_frame`; what the handler throws, if it is none as `handler_failed` */
function answerOf(processor: QueryableProcessor, { name, body }: QueryRequest): Uint8Array {
  try {
    return processor.query(name, body)
  } catch (thrown) {
    throw queryError(thrown, name)
  }
}

/** The query would throw again: who asks is told at once. */
function queryError(thrown: unknown, name: string): DarqError {
  return asError(thrown, 'handler_failed', { where: `the query ${name} threw` })
}

/** Resolves when what a step at `position` has left has the grade; rejects when the engine stops before. */
function reaches(ends: Ends, darq: Darq, position: Lsn | 0, grade: Grade): Promise<void> {
  return new Promise((resolve, reject) => {
    const unwatch = darq.watch(() => {
      if (!hasGrade(darq, position, grade)) return
      unwatch()
      forget()
      resolve()
    })
    const forget = ends.add((reason) => {
      unwatch()
      reject(reason)
    })
  })
}
