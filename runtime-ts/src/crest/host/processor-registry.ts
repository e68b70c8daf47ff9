/**
 * The participants that live on one engine: a processor for each DARQ that has one.
 *
 * @module
 */
import type { Darq, Engine } from '../../engine/types.ts'
import type { MakeProcessor, QueryableProcessor } from '../run/ledger-processor.ts'
import { ParticipantProcessor } from '../run/participant-processor.ts'
import type { ProcessorContext } from '../run/processor-context.ts'
import type { Directory } from './directory.ts'

export class ProcessorRegistry {
  readonly #directory: Directory
  readonly #context: ProcessorContext
  readonly #processors = new Map<string, QueryableProcessor>()

  constructor(directory: Directory, context: ProcessorContext) {
    this.#directory = directory
    this.#context = context
  }

  /** A new processor for a DARQ: what the engine attaches. `undefined`: this host has no participant of that name. */
  processor(darq: string): QueryableProcessor | undefined {
    const made = this.#make(darq)
    if (made !== undefined) this.#processors.set(darq, made)
    return made
  }

  #make(darq: string): QueryableProcessor | undefined {
    const definition = this.#directory.local(darq)
    if (definition === undefined) return undefined
    // The one cast: a definition passes on what the side that runs it has made, and knows nothing of it.
    const make = definition.processor as MakeProcessor | undefined
    return make === undefined
      ? new ParticipantProcessor(darq, definition, this.#context)
      : make(darq, definition, this.#context)
  }

  /**
   * The processor of a DARQ, with its state. For one that has never got a message it isn't kept, and the DARQ is not made:
   * reading leaves no trace.
   */
  find(
    engine: Engine,
    darq: string,
  ): { readonly processor: QueryableProcessor; readonly darq: Darq | undefined } | undefined {
    if (this.#directory.local(darq) === undefined) return undefined
    if (this.#processors.has(darq) || engine.names.includes(darq)) {
      const live = engine.darq(darq)
      const processor = this.#processors.get(darq)
      if (processor !== undefined) return { processor, darq: live }
    }
    const processor = this.#make(darq)
    return processor === undefined ? undefined : { processor, darq: undefined }
  }

  /** The processor that is attached now. */
  current(darq: string): QueryableProcessor | undefined {
    return this.#processors.get(darq)
  }
}
