/**
 * Who is who.
 *
 * @module
 */
import type { ContenderName, Open } from './contender.ts'
import { openDarq, openDarqCalls, openDarqHttp, openPlatform } from './darq.ts'
import { openDbos } from './dbos.ts'
import { openRestate, openRestateWorkflow } from './restate.ts'

/** @param say is told of what is installed */
export function contendersNamed(
  names: readonly ContenderName[],
  say: (line: string) => void,
): ReadonlyMap<ContenderName, Open> {
  const opens: Readonly<Record<ContenderName, Open>> = {
    darq: openDarq,
    'darq-http': openDarqHttp,
    'darq-calls': openDarqCalls,
    platform: openPlatform,
    restate: openRestate(say),
    'restate-workflow': openRestateWorkflow(say),
    dbos: openDbos(say),
  }
  return new Map(names.map((name) => [name, opens[name]]))
}
