/**
 * The participants that live on one engine: a processor for each DARQ that has one.
 *
 * @module
 */
import type { Darq, Engine } from '../../engine/types.ts'
import { EffectProcessor } from '../run/effect-processor.ts'
import type { MakeLive } from '../run/live.ts'
import { LiveProcessor } from '../run/live-processor.ts'
import { type Inhabitant, ParticipantProcessor } from '../run/participant-processor.ts'
import type { Surroundings } from '../run/processor-context.ts'
import type { Directory } from './directory.ts'

export class Residents {
  readonly #directory: Directory
  readonly #surroundings: Surroundings
  readonly #processors = new Map<string, Inhabitant>()

  constructor(directory: Directory, surroundings: Surroundings) {
    this.#directory = directory
    this.#surroundings = surroundings
  }

  /** A new processor for a DARQ: what the engine attaches. `undefined`: nobody of that name lives here. */
  processor(darq: string): Inhabitant | undefined {
    const made = this.#make(darq)
    if (made !== undefined) this.#processors.set(darq, made)
    return made
  }

  #make(darq: string): Inhabitant | undefined {
    const definition = this.#directory.local(darq)
    if (definition === undefined) return undefined
    const { effect, live } = definition
    // The one cast: a definition doesn't know what the side that runs it gives to a live part.
    if (live !== undefined) return new LiveProcessor(darq, definition, live as MakeLive, this.#surroundings)
    return effect === undefined
      ? new ParticipantProcessor(darq, definition, this.#surroundings)
      : new EffectProcessor(darq, definition, effect, this.#surroundings)
  }

  /**
   * The processor of a DARQ, with its state. For one that has never got a message it isn't kept, and the DARQ is not made:
   * reading leaves no trace.
   */
  find(engine: Engine, darq: string): { readonly inhabitant: Inhabitant; readonly darq: Darq | undefined } | undefined {
    if (this.#directory.local(darq) === undefined) return undefined
    if (this.#processors.has(darq) || engine.names.includes(darq)) {
      const live = engine.darq(darq)
      const inhabitant = this.#processors.get(darq)
      if (inhabitant !== undefined) return { inhabitant, darq: live }
    }
    const inhabitant = this.#make(darq)
    return inhabitant === undefined ? undefined : { inhabitant, darq: undefined }
  }

  /** The processor that is attached now. */
  current(darq: string): Inhabitant | undefined {
    return this.#processors.get(darq)
  }
}
