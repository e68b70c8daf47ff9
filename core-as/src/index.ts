/**
 * @darq/core: the hot path of DARQ, in Wasm. The same in plain TypeScript is `@darq/core/twin`, apart, so that only who needs it loads it.
 *
 * @module
 */
export type { Core, CoreLimits, CoreMaker, Forget, Ingested, Lsn, Sealed } from './core.ts'
export { Kind } from './core.ts'
export { decodeVector, encodeVector, vectorBytes } from './vector-codec.ts'
export type { Merged, Vectors, VectorsLimits, VectorsMaker } from './vectors.ts'
export { wasm, wasmVectors } from './wasm.ts'
export type { WasmSource } from './wasm-source.ts'
export { WasmUnavailable } from './wasm-unavailable.ts'
export { xxh32 } from './xxh32.ts'
