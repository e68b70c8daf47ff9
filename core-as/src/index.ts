/**
 * @darq/core: the hot path of DARQ, in Wasm and in plain TypeScript.
 *
 * @module
 */
export type { Core, CoreLimits, CoreMaker, Forget, Ingested, Lsn, Sealed } from './core.ts'
export { Kind } from './core.ts'
export { twin, twinVectors } from './twin.ts'
export { decodeVector, encodeVector, vectorBytes } from './vector-codec.ts'
export type { Merged, Vectors, VectorsLimits, VectorsMaker } from './vectors.ts'
export { wasm, wasmVectors } from './wasm.ts'
export { xxh32 } from './xxh32.ts'
