/**
 * @darq/core: the hot path of DARQ, in Wasm and in plain TypeScript.
 *
 * @module
 */
export type { Core, CoreLimits, CoreMaker, Ingested, Lsn, Sealed } from './core.ts'
export { Kind } from './core.ts'
export { twin } from './twin.ts'
export { wasm } from './wasm.ts'
export { xxh32 } from './xxh32.ts'
