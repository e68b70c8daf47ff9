/**
 * Which DARQ lives where: one Durable Object per DARQ, all of one definition.
 *
 * @module
 */
import type { DurableObjectNamespace } from '@cloudflare/workers-types'
import { DarqError, type Participant } from '@darq/runtime'
import { type Route, remote } from '@darq/runtime/transport'
import { fromSibling, siblingUrl } from './inside.ts'
import { ask } from './platform.ts'
import { matches } from './scope.ts'

/** What is hosted in the object of one DARQ, and the ways to everything else. */
export interface Home {
  readonly participant: Participant
  readonly routes: Readonly<Record<string, Route>>
}

/**
 * @param routes to other deployments
 * @returns the home of the DARQ `name`
 * @throws {DarqError} `unknown_address`
 */
export function homeOf(
  name: string,
  participants: readonly Participant[],
  routes: Readonly<Record<string, Route>>,
  objects: DurableObjectNamespace,
): Home {
  const participant = participantOf(name, participants)
  const siblings = remote(siblingUrl, {
    fetch: (input, init) => {
      const { name, request } = fromSibling(input, init)
      return ask(objects, name, request)
    },
  })
  return {
    participant,
    routes: { ...Object.fromEntries(participants.map((one) => [one.name, siblings])), ...routes },
  }
}

/**
 * @returns who takes that name; of several, the one with the longest pattern
 * @throws {DarqError} `unknown_address`
 */
export function participantOf(name: string, participants: readonly Participant[]): Participant {
  const [participant] = participants
    .filter((one) => takes(one, name))
    .sort((one, other) => other.name.length - one.name.length)
  if (participant === undefined)
    throw new DarqError('unknown_address', { facts: { expected: participants.map((one) => one.name), got: name } })
  return participant
}

/** A family takes every name behind its slash, but not the empty one. */
function takes(participant: Participant, name: string): boolean {
  return matches(participant.name, name) && name.length >= participant.name.length
}
