/**
 * Which DARQ lives where: one Durable Object per DARQ, all of one definition.
 *
 * @module
 */
import type { DurableObjectNamespace } from '@cloudflare/workers-types'
import { DarqError, type Participant } from '@darq/runtime'
import { httpLink, isShared, NamePatterns, type Route, routeKind, shareOfName } from '@darq/runtime/transport'
import { fromSibling, siblingUrl, type Target } from './inside.ts'
import { ask, handOver } from './platform.ts'
import { hostName, Siblings } from './siblings.ts'

/** What is hosted in the object of one DARQ, and the ways to everything else. */
export interface Home {
  readonly participant: Participant
  readonly routes: Readonly<Record<string, Route>>
  readonly siblings: Siblings
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
  const siblings = new Siblings(
    hostName(name),
    (...frame) => handOver(objects, ...frame),
    (darq) => findParticipant(darq, participants) !== undefined,
  )
  const route = siblingRoute(siblings, objects)
  return {
    participant,
    siblings,
    routes: { ...Object.fromEntries(participants.map((one) => [one.name, route])), ...routes },
  }
}

/** Channels by calls of a method; clients by requests, as from outside. */
function siblingRoute(siblings: Siblings, objects: DurableObjectNamespace): Route {
  return {
    [routeKind]: 'route',
    address: hostName,
    transport: () => siblings,
    link: () =>
      httpLink(siblingUrl, {
        fetch: (input, init) => {
          const { name, request } = fromSibling(input, init)
          return ask(objects, name, request)
        },
      }),
  }
}

/** As the engine limits it. */
const host_name_bytes_max = 200

/**
 * @returns who takes that name; of several, the one with the most exact pattern
 * @throws {DarqError} `unknown_address`
 */
export function participantOf(name: string, participants: readonly Participant[]): Participant {
  const bytes = hostName(name).length
  if (bytes > host_name_bytes_max)
    throw new DarqError('unknown_address', {
      facts: { expected: `at most ${host_name_bytes_max} bytes, escaped`, got: bytes },
    })
  const participant = findParticipant(name, participants)
  if (participant === undefined)
    throw new DarqError('unknown_address', { facts: { expected: participants.map((one) => one.name), got: name } })
  return participant
}

/** A family takes every name behind its slash, but not the empty one. */
function findParticipant(name: string, participants: readonly Participant[]): Participant | undefined {
  return new NamePatterns(participants.map((one) => [one.name, one])).get(name)
}

/** The object that a request's name leads to. */
export interface ObjectAddress extends Target {
  /** The name is a DARQ's that keys of this family share (`loan/`): which of them is meant stands in what is sent. */
  readonly family?: string
}

/**
 * @returns the address of `name`: the name itself, or of a family whose keys share DARQs the one that has that key
 * @throws {DarqError} `unknown_address`
 */
export function objectAddressOf(name: string, participants: readonly Participant[]): ObjectAddress {
  const participant = participantOf(name, participants)
  const { name: pattern } = participant
  return (
    shareOfName(participant, name) ?? { darq: name, ...(isShared(participant) && { family: pattern.slice(0, -1) }) }
  )
}
