/**
 * Level 1: addresses, participants, hosts and clients.
 *
 * @module
 */
export {
  type Address,
  address,
  type Call,
  call,
  type Message,
  type MessageType,
  type Query,
  query,
  type Shape,
} from './crest/address.ts'
export { type ClientOptions, openClient } from './crest/client.ts'
export type { Asked, AskOptions, Client, Inspect, Receipt, View } from './crest/client-types.ts'
export type { DeadLetter } from './crest/dead-letters.ts'
export { effects, type Run } from './crest/effects.ts'
export { type Host, type Hosted, type HostedOptions, type HostOptions, openHost, openHosted } from './crest/host.ts'
export type { HostCounts } from './crest/link.ts'
export { answer, type Batch, type Participant, participant, type Retry, refuse } from './crest/participant.ts'
export type { Route } from './crest/route.ts'
export { type Frozen, type Schema, type Sendable, type Versioned, version } from './crest/schema.ts'
export type { Span } from './crest/span.ts'
export { type StateShape, type Table, type TableShape, table, type ValueShape, value } from './crest/state.ts'
export type {
  Answer,
  AnswerShape,
  CallStep,
  Held,
  Later,
  Own,
  OwnShape,
  Read,
  SendOptions,
  Step,
  Then,
} from './crest/step.ts'
export type { Accepted, Grade, Hardened } from './engine/types.ts'
export { DarqError, type ErrorCode, type Plain } from './error.ts'
export type { Durability } from './storage/contract.ts'
export { type ConnectOptions, connect } from './transport/connect.ts'
export { remote } from './transport/http.ts'
