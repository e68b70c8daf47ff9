/**
 * Level 1: addresses, participants, hosts and clients.
 *
 * @module
 */

export { type ClientOptions, openClient } from './crest/client/client.ts'
export type { Asked, AskOptions, Client, Inspect, Receipt, View } from './crest/client/client-types.ts'
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
} from './crest/define/address.ts'
export type { Participant, Retry } from './crest/define/definition.ts'
export type { Run } from './crest/define/effects.ts'
export { type Batch, participant, refuse } from './crest/define/participant.ts'
export { type Frozen, type Schema, type Sendable, type Versioned, version } from './crest/define/schema.ts'
export type { Span } from './crest/define/span.ts'
export { type StateShape, type Table, type TableShape, table, type ValueShape, value } from './crest/define/state.ts'
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
} from './crest/define/step.ts'
export {
  type Host,
  type Hosted,
  type HostedOptions,
  type HostOptions,
  openHost,
  openHosted,
} from './crest/host/host.ts'
export { answer } from './crest/outbound/answer.ts'
export { effects } from './crest/run/effects.ts'
export type { DeadLetter } from './crest/wire/dead-letter.ts'
export type { HostCounts } from './crest/wire/link.ts'
export type { Route } from './crest/wire/route.ts'
export type { Accepted, CoreInUse, Grade, Hardened } from './engine/types.ts'
export { DarqError, type ErrorCode, type Plain } from './error.ts'
export type { Durability } from './storage/contract.ts'
export { type ConnectOptions, connect } from './transport/connect.ts'
export { remote } from './transport/http.ts'
