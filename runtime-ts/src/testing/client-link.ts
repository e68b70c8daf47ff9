/**
 * A simulated client's way to whichever host owns a DARQ: each request may be lost on its way there, or its answer on the way
 * back; and it is lost with the life that was to answer it.
 *
 * @module
 */
import type { Link } from '../crest/wire/link.ts'
import { DarqError } from '../error.ts'
import type { FaultCounts } from './fault-kinds.ts'
import type { Life } from './life.ts'
import type { Network } from './network.ts'
import type { Timeline } from './timeline.ts'

/** A DARQ has taken messages whose sender had seen what the session says. */
export type Took = (life: Life, darq: string, session: string) => void

/** Who answers for a DARQ now. */
export type Answering = (darq: string) => { readonly life: Life; readonly link: Link } | undefined

const answer_ms_max = 2_000

export function clientLink(
  timeline: Timeline,
  network: Network,
  counts: FaultCounts,
  answering: Answering,
  took: Took,
): Link {
  const lost = (what: string) => new DarqError('unavailable', { message: what })

  /**
   * One request. `ask` is called at the host, if it gets there; what it gives comes back, if it does.
   *
   * @param lasts once it got there and back, it may last as long as the host lives
   */
  function request<T>(
    to: string,
    ask: (link: Link, tell: (run: () => void) => void, life: Life) => Promise<T>,
    lasts = false,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const deadline = timeline.after(answer_ms_max, () => reject(lost('no answer')))
      const settle = (run: () => void) => {
        deadline.run = undefined
        run()
      }
      if (network.lost()) {
        counts.request_lost += 1
        return
      }
      timeline.after(network.hop_ms(), () => {
        const host = answering(to)
        if (!host) {
          settle(() => reject(lost(`no host for ${to}`)))
          return
        }
        host.life.whenDead(() => settle(() => reject(lost('the host is gone'))))
        const answerLost = network.lost()
        if (answerLost) counts.answer_lost += 1
        // What comes back to one request comes in order, as over any connection.
        let last_ms = 0
        const tell = (run: () => void) => {
          last_ms = Math.max(last_ms, timeline.now_ms + network.hop_ms())
          if (!answerLost) timeline.at(last_ms, run)
        }
        // Inside the host's life: a frozen one answers when it thaws, a dead one never.
        host.life.guard(() => {
          if (lasts)
            tell(() => {
              deadline.run = undefined
            })
          ask(host.link, tell, host.life).then(
            (value) => tell(() => settle(() => resolve(value))),
            (error: unknown) => tell(() => settle(() => reject(error))),
          )
        })()
      })
    })
  }

  return {
    enqueue: (batch, report) =>
      request(batch.to, (link, tell, life) =>
        link.enqueue(batch, (graded) => {
          if (graded.grade === 'accepted' && graded.lsns.length > 0 && batch.session)
            took(life, batch.to, batch.session)
          tell(() => report(graded))
        }),
      ),
    query: (query, grade) => request(query.to, (link) => link.query(query, grade)),
    watch: (query, see, signal) =>
      request(query.to, (link, tell) => link.watch(query, (view) => tell(() => see(view)), signal), true),
    expected: (to, producer) => request(to, (link) => link.expected(to, producer)),
    pending: (to) => request(to, (link) => link.pending(to)),
    counts: (to) => request(to, (link) => link.counts(to)),
  }
}
