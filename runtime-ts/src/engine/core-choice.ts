/**
 * Which core a host runs on: Wasm where it can be had, else the same in TypeScript, which is loaded only then.
 *
 * @module
 */
import { type CoreMaker, type VectorsMaker, WasmUnavailable, wasm, wasmVectors } from '@darq/core'
import { DarqError } from '../error.ts'
import type { CoreInUse, CoreOptions } from './types.ts'

/** The makers of a host's core, which it is, and why. */
export interface ChosenCore extends CoreInUse {
  readonly make: { readonly core: CoreMaker; readonly vectors: VectorsMaker }
}

/** @throws {DarqError} `wasm_unavailable`: it was asked for and can't be had, or neither core can */
export async function chooseCore({ core, wasm: source, vectors }: CoreOptions): Promise<ChosenCore> {
  if (typeof core === 'function')
    return { core: 'own', reason: undefined, make: { core, vectors: vectors ?? (await typescript()).vectors } }
  if (core === 'typescript') return { core, reason: undefined, make: { ...(await typescript()), ...defined(vectors) } }
  try {
    const makers = { core: await wasm(source), vectors: await wasmVectors(source) }
    return { core: 'wasm', reason: undefined, make: { ...makers, ...defined(vectors) } }
  } catch (error) {
    const reason = unavailable(error)
    if (core === 'wasm') throw reason
    return { core: 'typescript', reason, make: { ...(await typescript(reason)), ...defined(vectors) } }
  }
}

function defined(vectors: VectorsMaker | undefined): { readonly vectors?: VectorsMaker } {
  return vectors === undefined ? {} : { vectors }
}

function unavailable(error: unknown): DarqError {
  if (!(error instanceof WasmUnavailable)) throw error
  return new DarqError('wasm_unavailable', { cause: error, message: error.message, facts: error.facts })
}

/** @param instead_of why it is loaded at all */
async function typescript(instead_of?: DarqError): Promise<ChosenCore['make']> {
  try {
    const { twin, twinVectors } = await import('@darq/core/twin')
    return { core: twin(), vectors: twinVectors() }
  } catch (error) {
    // A script that could not be fetched may be there the next time.
    throw new DarqError('wasm_unavailable', {
      cause: error,
      retryable: true,
      message: `the core in TypeScript can't be loaded: ${error}${instead_of === undefined ? '' : `; ${instead_of.message}`}`,
      facts: { expected: 'the script of the core in TypeScript', got: String(error), wasm: instead_of?.facts },
    })
  }
}
