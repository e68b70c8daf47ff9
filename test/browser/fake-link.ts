import type { Epoch } from '@darq/runtime/engine'
import type {
  EnqueueRequest,
  Graded,
  HostCounts,
  Link,
  QueryRequest,
  ViewFacts,
} from '../../runtime-ts/src/crest/wire/link.ts'
import type { DarqError } from '../../runtime-ts/src/error.ts'

/** An enqueue that the test grades when it likes. */
export interface Enqueued {
  readonly request: EnqueueRequest
  report(graded: Graded): void
  commit(): void
  refuse(error: DarqError): void
}

/** A host that does what the test says. */
export interface FakeLink extends Link {
  readonly enqueued: Enqueued[]
  /** Watches that are under way. */
  readonly watching: Set<(view: ViewFacts) => void>
  readonly queried: QueryRequest[]
}

export const noCounts: HostCounts = {
  epoch: 7 as Epoch,
  messages_accepted: 1,
  duplicates_refused: 2,
  steps: 3,
  commits: 4,
  committed_bytes: 5,
  frames_sent: 6,
  frames_received: 7,
}

export function fakeLink(): FakeLink {
  const enqueued: Enqueued[] = []
  const watching = new Set<(view: ViewFacts) => void>()
  const queried: QueryRequest[] = []
  return {
    enqueued,
    watching,
    queried,
    enqueue: (request, report) =>
      new Promise((commit, refuse) => {
        enqueued.push({ request, report, commit, refuse })
      }),
    async query(request, grade) {
      queried.push(request)
      return { grade, value: request.body }
    },
    watch: (_request, see, signal) =>
      new Promise((resolve) => {
        watching.add(see)
        signal.addEventListener('abort', () => {
          watching.delete(see)
          resolve()
        })
      }),
    expected: async (to, producer) => to.length + producer.length,
    pending: async (to) => to.length,
    counts: async () => noCounts,
  }
}
