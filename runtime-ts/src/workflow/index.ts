/**
 * `@darq/runtime/workflow`: async functions that survive anything, written on steps.
 *
 * @module
 */
export { type Control, control, type InstanceFacts, instances, type Listed } from './control.ts'
export type { CallOptions, EffectOptions, Flow, FlowOf, Undoable } from './flow.ts'
export type { Status, StepFacts } from './journal.ts'
export { type WorkflowOptions, workflow } from './workflow.ts'
