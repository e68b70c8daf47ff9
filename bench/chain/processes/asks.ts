/**
 * What the benchmark and the process of a host say to each other.
 *
 * @module
 */
import type { EnqueueRequest, Graded, QueryRequest, ViewFacts } from '@darq/runtime/transport'
import type { Request } from '../link.ts'
import type { ChainCounts } from '../stations/chain.ts'

/** What a process is started with, as JSON. */
export interface HostSpec {
  readonly folder: string
  /** Of the host, and of its DARQ behind the slash. */
  readonly key: string
  /** Missing: a plain gated object. JSON knows no infinity: -1 stands for it. */
  readonly k?: number
  readonly flush_ms: number
}

export type Ask =
  | { readonly id: number; readonly ask: 'enqueue'; readonly request: EnqueueRequest }
  | { readonly id: number; readonly ask: 'watch'; readonly request: QueryRequest }
  | { readonly id: number; readonly ask: 'pass'; readonly request: Request }
  | { readonly id: number; readonly ask: 'counts' }

/** `id` 0: it is ready. */
export type Told =
  | { readonly id: number; readonly graded: Graded }
  | { readonly id: number; readonly view: ViewFacts }
  | { readonly id: number; readonly counts: ChainCounts & { readonly cpu_ms: number } }
  | { readonly id: number; readonly done: true }
  | { readonly id: number; readonly error: string }
