/**
 * The simulator, also for applications: their participants on the real engine, while everything goes wrong.
 *
 * @module
 */
export { type FaultKind, faultKinds, lossKinds } from './fault-kinds.ts'
export type { SimulateOptions } from './options.ts'
export { type EventLogSvgOptions, eventLogSvg } from './picture/index.ts'
export { type PathCounts, type RarePath, rarePaths } from './rare-paths.ts'
export type { Report, Violation } from './report.ts'
export { simulate } from './simulate.ts'
export type { World } from './world-view.ts'
