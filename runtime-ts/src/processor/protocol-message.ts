/**
 * What a host and a processor elsewhere say to each other.
 *
 * @module
 */
import type { Incarnation, Lsn } from '../engine/types.ts'
import type { ErrorFacts } from '../error.ts'

/** How much a processor takes before it has given credit back. */
export interface Window {
  readonly bytes: number
  readonly messages: number
}

/** The first message on a stream, and again after `detached` or `refused`. */
export interface Hello {
  readonly type: 'hello'
  /** The session to go on with after its stream has ended; '' asks for a new incarnation. */
  readonly session: string
  readonly window: Window
}

/** What a step consumes: a record, or one that an earlier step of the session writes, which was not answered when this left. */
export type Reference = Lsn | { readonly step: number; readonly part: 'remembered' | 'sent'; readonly index: number }

export interface StepOut {
  readonly to: string
  readonly bytes: Uint8Array
  readonly due_ms?: number
  readonly gate?: 'committed'
}

export interface StepMessage {
  readonly type: 'step'
  /** 1, 2, 3, … in a session. */
  readonly step: number
  readonly consume: readonly Reference[]
  readonly send: readonly StepOut[]
  readonly remember: readonly Uint8Array[]
  readonly checkpoint: Uint8Array | undefined
}

/** All that the processor has dealt with since the session began. */
export interface Credit extends Window {
  readonly type: 'credit'
}

/** The processor goes; with an error when it has failed. */
export interface Leave {
  readonly type: 'leave'
  readonly error: ErrorFacts | undefined
}

export interface Welcome {
  readonly type: 'welcome'
  readonly session: string
  readonly incarnation: Incarnation
  readonly darq: string
  /** Whether an older session goes on. If not, `restored` messages follow. */
  readonly resumed: boolean
  readonly durable: Lsn
  readonly committed: Lsn
}

/** The answer to a hello, or to a message that is not valid. */
export interface Refused {
  readonly type: 'refused'
  readonly error: ErrorFacts
}

export interface RecordItem {
  readonly lsn: Lsn
  readonly bytes: Uint8Array
}
export type RestoreItem =
  | ({ readonly kind: 'checkpoint' | 'self' } & RecordItem)
  | ({ readonly kind: 'timer'; readonly to: string; readonly due_ms: number } & RecordItem)

export interface Restored {
  readonly type: 'restored'
  readonly items: readonly RestoreItem[]
  /** The state is whole; messages follow. */
  readonly last: boolean
}

export interface DeliveredItem extends RecordItem {
  readonly from: string
  readonly sequence: number
}

export interface DeliveredMessages {
  readonly type: 'delivered'
  readonly messages: readonly DeliveredItem[]
}

export interface AcceptedMessage {
  readonly type: 'accepted'
  readonly step: number
  readonly completion: Lsn
  readonly remembered: readonly Lsn[]
  readonly sent: readonly Lsn[]
  readonly checkpoint: Lsn | 0
}

export interface RejectedMessage {
  readonly type: 'rejected'
  readonly step: number
  readonly error: ErrorFacts
}

/** Every record before these has the grade. */
export interface GradesMessage {
  readonly type: 'grades'
  readonly durable: Lsn
  readonly committed: Lsn
}

/** The incarnation is over. Steps that come later are rejected. */
export interface DetachedMessage {
  readonly type: 'detached'
  readonly error: ErrorFacts
}

/** Says nothing but what every frame says: alive, and what was heard. */
export interface Beat {
  readonly type: 'beat'
}

export type ProcessorMessage = Hello | StepMessage | Credit | Leave | Beat
export type HostMessage =
  | Welcome
  | Refused
  | Restored
  | DeliveredMessages
  | AcceptedMessage
  | RejectedMessage
  | GradesMessage
  | DetachedMessage
  | Beat
export type ProtocolMessage = ProcessorMessage | HostMessage

/** In the order of their numbers on the wire, from 1. Append only. */
export const protocolMessageTypes = [
  'hello',
  'step',
  'credit',
  'leave',
  'welcome',
  'refused',
  'restored',
  'delivered',
  'accepted',
  'rejected',
  'grades',
  'detached',
  'beat',
] as const satisfies readonly ProtocolMessage['type'][]

/** What an item costs of the window: its payload, and what both ends keep beside it. */
export const weightOf = (bytes: Uint8Array): number => bytes.length + 64
