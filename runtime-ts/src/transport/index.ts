/**
 * Ways between hosts, and from clients to hosts; and the HTTP binding's words, for servers that speak it.
 *
 * @module
 */

export { isShared, shareOfName } from '../crest/define/definition.ts'
export { everyPart } from '../crest/define/participant.ts'
export type * from '../crest/wire/link.ts'
export { fits, NamePatterns } from '../crest/wire/name-patterns.ts'
export { keyProducer } from '../crest/wire/producer-id.ts'
export { type Route, routeKind } from '../crest/wire/route.ts'
export { type Data, decodeFrame, senderOf } from '../engine/frame.ts'
export { type ErrorFacts, fromFacts, isA, toFacts } from '../error.ts'
export { checkK, invalid } from '../options.ts'
export { checkStatedLength, readBytes } from './body.ts'
export { type ConnectOptions, connect } from './connect.ts'
export { remote } from './http.ts'
export type { HttpOptions } from './http-endpoint.ts'
export { httpLink } from './http-link.ts'
export { type Fate, inProcess, type Joined, type Network, type NetworkOptions, type Receive } from './in-process.ts'
export { answerQuery, bodyFromJson, type Caller, type JsonOptions, messageFromJson, valueToJson } from './json.ts'
export { type Asked, channelAsks, type OutsideAsk, outsideAsks, outsideQuery } from './outside.ts'
export { type Problem, problemResponse, toProblem } from './problem.ts'
export { darqUrl, header, heartbeat_ms, isGrade, mediaType, toBase64 } from './wire.ts'
