/**
 * What an answer brings along, for hosts that need it.
 *
 * @module
 */

/**
 * Makes what carries a participant's calls out of a host that cannot be reached: a `MakeOutbound` of `outbound/outbound-calls.ts`. Here it
 * is passed on, and can't be called.
 */
export type OutboundMaker = (link: never, clock: never, random: never) => unknown
