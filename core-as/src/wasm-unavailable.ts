/**
 * Why there is no Wasm core.
 *
 * @module
 */

export interface WasmUnavailableFacts {
  readonly [fact: string]: string
  /** Which: its URL, or what was given. */
  readonly wasm: string
  readonly expected: string
  readonly got: string
  readonly do: string
}

/** core.wasm can't be had or may not be compiled here. */
export class WasmUnavailable extends Error {
  override readonly name = 'WasmUnavailable'
  readonly facts: WasmUnavailableFacts

  constructor(facts: WasmUnavailableFacts, cause?: unknown) {
    super(
      `the Wasm core can't be used, from ${facts.wasm}: expected ${facts.expected}, got ${facts.got}. What to do: ${facts.do}`,
      cause === undefined ? {} : { cause },
    )
    this.facts = facts
  }
}
