/**
 * What can happen to one host. Nothing else changes it, and it is all that another host may notice of it but frames.
 *
 * @module
 */

export type Event =
  /** One of a life's tasks runs, or its disk has written. `row`: 0 is the present life, then those that were replaced. */
  | { readonly kind: 'task' | 'disk'; readonly row: number }
  | { readonly kind: 'timer'; readonly row: number; readonly nth: number }
  | { readonly kind: 'client'; readonly darq: string }
  | { readonly kind: 'frame'; readonly from: string; readonly bytes: Uint8Array }
  /** The process dies; what was asked to be written is written by then, or lost. */
  | { readonly kind: 'crash'; readonly isWritten: boolean }
  /** `takeover`: while the life before goes on. */
  | { readonly kind: 'open' | 'takeover' }

export const latin1 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')

/** The same for the same event. */
export function keyOf(event: Event): string {
  switch (event.kind) {
    case 'frame':
      return `frame ${event.from} ${latin1(event.bytes)}`
    case 'client':
      return `client ${event.darq}`
    case 'timer':
      return `timer ${event.row} ${event.nth}`
    case 'crash':
      return `crash ${event.isWritten}`
    case 'task':
    case 'disk':
      return `${event.kind} ${event.row}`
    default:
      return event.kind
  }
}
