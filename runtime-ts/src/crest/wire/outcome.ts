/**
 * How a call ends.
 *
 * @module
 */
import type { DarqError } from '../../error.ts'

export type Outcome =
  /** `version`: of the schema that `value` is of. */
  | { readonly ok: true; readonly value: unknown; readonly version: number }
  | { readonly ok: false; readonly error: DarqError }
