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
  readonly participants: readonly Participant[]
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
  const here = participants.filter((participant) => takes(participant, name))
  if (here.length === 0)
    throw new DarqError('unknown_address', { facts: { expected: participants.map((one) => one.name), got: name } })
  const siblings = remote(siblingUrl, {
    fetch: (input, init) => {
      const { name, request } = fromSibling(input, init)
      return ask(objects, name, request)
    },
  })
  return {
    participants: here,
    routes: { ...Object.fromEntries(participants.map((one) => [one.name, siblings])), ...routes },
  }
}

/** @throws {DarqError} `unknown_address` */
export function checkName(name: string, participants: readonly Participant[]): void {
  if (!participants.some((participant) => takes(participant, name)))
    throw new DarqError('unknown_address', { facts: { expected: participants.map((one) => one.name), got: name } })
}

function takes(participant: Participant, name: string): boolean {
  return matches(participant.name, name) && name.length >= participant.name.length
}
