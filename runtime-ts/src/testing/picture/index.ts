/** Pictures of what hosts have told. */
export { type EventLogSvgOptions, eventLogSvg } from './svg.ts'
