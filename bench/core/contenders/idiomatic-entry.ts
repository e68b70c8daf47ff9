/**
 * What stands in the idiomatic contender's array.
 *
 * @module
 */

/** A message that arrived. */
interface Arrived {
  readonly kind: 'in'
  readonly producer: string
  readonly sequence: number
  readonly payload: Uint8Array<ArrayBuffer>
  pending: boolean
}
interface Sent {
  readonly kind: 'out'
  readonly to: string
  readonly sequence: number
  readonly payload: Uint8Array<ArrayBuffer>
  pending: boolean
}
interface Remembered {
  readonly kind: 'self'
  readonly payload: Uint8Array<ArrayBuffer>
  pending: boolean
}
/** Closes a step. */
interface Completed {
  readonly kind: 'completion'
  readonly consumed: readonly number[]
}
export type Entry = Arrived | Sent | Remembered | Completed
