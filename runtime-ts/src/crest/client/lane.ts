/**
 * The ordered way from one producer to one DARQ. It numbers messages, keeps them until they are committed, and sends them
 * again over the next link when one fails; the DARQ tells the repeats.
 *
 * One batch at a time is on its way to being accepted, so that order is kept on any link; what is accepted waits for its
 * commit without holding up the next.
 *
 * @module
 */
import { encodeMessages } from '../../engine/messages.ts'
import type { DarqError } from '../../error.ts'
import type { EnqueueRequest, Graded, Link } from '../wire/link.ts'
import type { Session } from '../wire/session.ts'
import { BatchInFlight } from './batch-in-flight.ts'
import { closedError, type Links, linkError } from './links.ts'
import type { QueuedMessage } from './queued-message.ts'

const batch_messages_max = 4_096
const batch_bytes_max = 256 * 1_024
/** Gaps in a row without progress, before the lane gives up on understanding its host. */
const gaps_max = 5

/** Codes that blame one message, not the batch that it is in. */
const blamesMessage: ReadonlySet<string> = new Set([
  'schema',
  'invalid_argument',
  'unknown_message',
  'bad_frame',
  'too_large',
  'newer_version',
  'newer_format',
])

export class Lane {
  readonly #to: string
  readonly #producer: string
  readonly #links: Links
  readonly #session: Session | undefined
  /** The next sequence; `undefined`: the DARQ must be asked first. */
  #next: number | undefined
  /** Not accepted, in order. Those that were sent before have their sequence. */
  #waiting: QueuedMessage[] = []
  /** Accepted, not committed, in order. */
  #sent: BatchInFlight[] = []
  /** On its way to being accepted. */
  #leaving: BatchInFlight | undefined
  /** Counts failures: what an earlier attempt reports late is not of interest. */
  #attempt = 0
  #gaps = 0
  /** A batch is refused whole: one that found no room is tried again with half as much. */
  #batch_bytes_max = batch_bytes_max
  #pumping = false

  /** @param fresh the producer's id is new: nobody has numbered messages with it before */
  constructor(to: string, producer: string, links: Links, fresh: boolean, session: Session | undefined) {
    this.#session = session
    this.#to = to
    this.#producer = producer
    this.#links = links
    this.#next = producer === '' ? 0 : fresh ? 1 : undefined
  }

  get isIdle(): boolean {
    return this.#waiting.length === 0 && this.#sent.length === 0
  }

  push(queued: QueuedMessage): void {
    this.#waiting.push(queued)
    if (this.#pumping) return
    this.#pumping = true
    // What is sent in the same breath travels together.
    queueMicrotask(this.#pump)
  }

  /** Takes back what was never sent. @returns whether it was so */
  withdraw(queued: QueuedMessage): boolean {
    if (queued.sequence !== queued.fixed) return false
    const index = this.#waiting.indexOf(queued)
    if (index < 0) return false
    this.#waiting.splice(index, 1)
    return true
  }

  failAll(error: DarqError): void {
    for (const queued of this.#takeBack()) queued.fail(error)
    for (const queued of this.#waiting.splice(0)) queued.fail(error)
  }

  /** Goes on until it must wait for something, and then when that has come. */
  readonly #pump = (): void => {
    while (this.#waiting.length > 0) {
      const link = this.#links.current
      const wait = link === undefined || this.#mustAsk ? this.#prepare() : this.#send(link, this.#takeBatch())
      if (wait !== undefined) {
        void wait.then(this.#pump)
        return
      }
    }
    this.#pumping = false
  }

  get #mustAsk(): boolean {
    return this.#next === undefined && this.#waiting[0]?.fixed === 0
  }

  /** Opens a link, and asks where to go on. */
  async #prepare(): Promise<void> {
    let link: Link | undefined
    try {
      link = await this.#links.get()
      if (this.#mustAsk) this.#next = await link.expected(this.#to, this.#producer)
    } catch (error) {
      await this.#linkFailed(link, linkError(error))
    }
  }

  /** Nothing was sent: no link, or no answer to the question where to go on. */
  async #linkFailed(link: Link | undefined, error: DarqError): Promise<void> {
    if (this.#links.isClosed) this.failAll(closedError())
    else if (!error.retryable || this.#producer === '') for (const queued of this.#waiting.splice(0)) queued.fail(error)
    else await this.#links.failed(link)
  }

  /** @returns resolves when the batch is accepted, or when it is clear what to do instead; `undefined`: that is so already */
  #send(link: Link, batch: readonly QueuedMessage[]): Promise<void> | undefined {
    const inFlight = new BatchInFlight(batch, this.#attempt)
    this.#leaving = inFlight
    const request = {
      to: this.#to,
      producer: this.#producer,
      first: batch[0]?.sequence ?? 0,
      messages: encodeMessages(batch.map(({ payload }) => payload)),
      ...(batch[0]?.after !== undefined && { session: batch[0].after }),
    }
    void this.#await(link, request, inFlight)
    return inFlight.gone()
  }

  async #await(link: Link, request: EnqueueRequest, inFlight: BatchInFlight): Promise<void> {
    try {
      await link.enqueue(request, (graded) => {
        if (inFlight.attempt === this.#attempt) this.#reported(inFlight, graded)
      })
      if (inFlight.attempt !== this.#attempt) return
      this.#links.worked()
      this.#forget(inFlight)
      for (const queued of inFlight.batch) queued.leave()
    } catch (thrown) {
      if (inFlight.attempt === this.#attempt) await this.#failed(link, inFlight, linkError(thrown))
    } finally {
      inFlight.go()
    }
  }

  #reported(inFlight: BatchInFlight, graded: Graded): void {
    if (graded.grade === 'accepted') {
      this.#links.worked()
      this.#session?.reported(inFlight.batch[0]?.after, graded.session)
      this.#accepted(inFlight, graded)
      inFlight.go()
    } else for (const { receipt } of inFlight.batch) receipt.harden(graded.grade, graded.durability)
  }

  #forget(inFlight: BatchInFlight): void {
    const index = this.#sent.indexOf(inFlight)
    if (index >= 0) this.#sent.splice(index, 1)
  }

  /** Ends every attempt. @returns what was sent and is not committed, in order */
  #takeBack(): QueuedMessage[] {
    this.#attempt += 1
    const taken = this.#sent.splice(0).flatMap(({ batch }) => batch)
    const leaving = this.#leaving
    this.#leaving = undefined
    leaving?.go()
    return leaving === undefined ? taken : [...taken, ...leaving.batch]
  }

  /** Numbers what is sent next, and takes it out of the queue. */
  #takeBatch(): QueuedMessage[] {
    const batch: QueuedMessage[] = []
    let bytes = 0
    let next = this.#next ?? 0
    for (const queued of this.#waiting) {
      // Its number must be asked for, which the pump does when it is the first.
      if (queued.sequence === 0 && this.#next === undefined) break
      const sequence = this.#producer === '' ? 0 : queued.sequence === 0 ? next : queued.sequence
      const last = batch.at(-1)
      if (last !== undefined) {
        if (last.after !== queued.after) break
        if (
          last.alone ||
          queued.alone ||
          batch.length >= batch_messages_max ||
          bytes + queued.bytes > this.#batch_bytes_max
        )
          break
        if (this.#producer !== '' && sequence !== last.sequence + 1) break
      }
      queued.sequence = sequence
      if (queued.fixed === 0) next = Math.max(next, sequence + 1)
      bytes += queued.bytes
      batch.push(queued)
    }
    if (this.#next !== undefined && this.#producer !== '') this.#next = next
    this.#waiting.splice(0, batch.length)
    return batch
  }

  #accepted(inFlight: BatchInFlight, { lsns, duplicates }: Graded & { grade: 'accepted' }): void {
    if (lsns.length > 0) this.#gaps = 0
    this.#leaving = undefined
    this.#batch_bytes_max = batch_bytes_max
    inFlight.isAccepted = true
    this.#sent.push(inFlight)
    for (const [index, { receipt }] of inFlight.batch.entries())
      receipt.accept(
        index < duplicates ? { lsn: 0, duplicate: true } : { lsn: lsns[index - duplicates] ?? 0, duplicate: false },
      )
  }

  async #failed(link: Link, inFlight: BatchInFlight, error: DarqError): Promise<void> {
    const { batch, isAccepted } = inFlight
    if (!isAccepted) this.#leaving = undefined
    if (this.#links.isClosed) {
      this.#forget(inFlight)
      for (const queued of batch) queued.fail(closedError())
    } else if (error.code === 'backpressure' && !isAccepted) {
      // Refused whole: the host is full for now, and nothing is wrong with the way to it.
      this.#waiting.unshift(...batch)
      this.#batch_bytes_max = batch.reduce((sum, { bytes }) => sum + bytes, 0) / 2
      await this.#links.failed(undefined)
    } else if (error.code === 'gap' && this.#producer !== '' && !isAccepted) {
      this.#gap(batch, error)
    } else if (error.retryable && this.#producer !== '') {
      this.#forget(inFlight)
      this.#again(batch)
      await this.#links.failed(link)
      this.#resume()
    } else if (error.retryable || isAccepted) {
      // Without numbers it can't be sent again: the caller must decide.
      this.#forget(inFlight)
      for (const queued of batch) queued.fail(error)
    } else {
      if (error.code === 'session_lost') this.#session?.lost()
      await this.#refused(link, batch, error)
    }
  }

  /** Everything that is not committed is sent again, in order. */
  #again(batch: readonly QueuedMessage[]): void {
    this.#waiting = [...new Set([...this.#takeBack(), ...batch, ...this.#waiting])].sort((a, b) => order(a) - order(b))
  }

  /** The DARQ has less than this lane thought: it has lost what was not committed, and that is still here. */
  #gap(batch: readonly QueuedMessage[], error: DarqError): void {
    const { facts } = error
    const expected = typeof facts === 'object' && facts !== null && 'expected' in facts ? facts.expected : undefined
    // Only what is still here can be sent again; a number that the application has left out can't.
    const isHeld = this.#sent.some(({ batch }) => batch.some(({ sequence }) => sequence === expected))
    this.#gaps += 1
    if (isHeld && this.#gaps <= gaps_max) {
      this.#again(batch)
      return
    }
    for (const queued of batch) queued.fail(error)
    if (batch.some(({ fixed }) => fixed === 0)) this.failAll(error)
  }

  /** Refused for good: the one that is to blame, if that can be told, else all of them. */
  async #refused(link: Link, batch: readonly QueuedMessage[], error: DarqError): Promise<void> {
    const { facts } = error
    const index = typeof facts === 'object' && facts !== null && 'index' in facts ? facts.index : undefined
    const blamed = typeof index === 'number' ? batch[index] : batch.length === 1 ? batch[0] : undefined
    const oneIsToBlame = blamesMessage.has(error.code)
    const rest = oneIsToBlame ? batch.filter((queued) => queued !== blamed) : []
    if (oneIsToBlame) blamed?.fail(error)
    else for (const queued of batch) queued.fail(error)
    if (oneIsToBlame && blamed === undefined) for (const queued of rest) queued.alone = true
    this.#waiting = [...rest, ...this.#waiting]
    if (this.#producer === '') return
    // The numbers of those that were refused are free again, unless the DARQ had them before.
    try {
      const expected = await link.expected(this.#to, this.#producer)
      this.#next = expected
      for (const queued of this.#waiting) if (queued.sequence >= expected) queued.sequence = queued.fixed
    } catch {
      this.#next = undefined // asked again before the next batch
      // What stands before them may have been accepted: under another number it would be so twice.
      const first = batch[0]?.sequence ?? 0
      for (const queued of this.#waiting) if (queued.sequence >= first) queued.sequence = queued.fixed
    }
  }

  /** The pump may have come to rest before the failure. */
  #resume(): void {
    if (this.#pumping || this.#waiting.length === 0) return
    this.#pumping = true
    this.#pump()
  }
}

/** What has no number yet comes after all that has. */
function order({ sequence }: QueuedMessage): number {
  return sequence === 0 ? Number.MAX_SAFE_INTEGER : sequence
}
