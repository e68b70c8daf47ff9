/**
 * The one way in which a host comes to life: after a crash, a clean close, or a rollback. It reads what its storage holds,
 * claims a new epoch, and finds in the logs what waits.
 *
 * @module
 */
import type { Core } from '@darq/core'
import { DarqError } from '../error.ts'
import type { Opened } from '../storage/contract.ts'
import { BrokenBytes } from './byte-codec.ts'
import { decodeCommit, type Part } from './commit-value.ts'
import { Lineage } from './lineage.ts'
import type { Lsn, Version } from './types.ts'

/** Where a DARQ's stored bytes stand. */
export interface StoredPart {
  readonly name: string
  readonly version: Version
  readonly from: Lsn
  readonly bytes: number
  readonly whole: boolean
}

export interface Recovered {
  readonly cores: ReadonlyMap<string, Core>
  readonly lineage: Lineage
  readonly commits: readonly { readonly version: Version; readonly bytes: number }[]
  readonly parts: readonly StoredPart[]
}

/** @throws {DarqError} `corrupt`, `newer_format`, `older_format`, `storage` */
export async function recover(opened: Opened, makeCore: () => Core): Promise<Recovered> {
  const cores = new Map<string, Core>()
  const commits: { version: Version; bytes: number }[] = []
  const parts: StoredPart[] = []
  let lineage = lastLineage(opened)
  for await (const segment of opened.segments()) {
    const commit = decodeCommit(segment.bytes)
    if (commit.version !== segment.version)
      throw new DarqError('corrupt', { facts: { expected: `version ${segment.version}`, got: commit.version } })
    const newest = commits.at(-1)
    if (newest && newest.version >= commit.version)
      throw new DarqError('corrupt', { facts: { expected: `a version after ${newest.version}`, got: commit.version } })
    if (commit.version > lineage.last) lineage = lineage.extended(commit.epoch, commit.version)
    commits.push({ version: commit.version, bytes: segment.bytes.length })
    for (const part of commit.parts) parts.push(load(cores, part, commit.version, makeCore))
  }
  return { cores, lineage, commits, parts }
}

function lastLineage({ last }: Opened): Lineage {
  if (!last) return Lineage.empty
  try {
    return Lineage.decode(last.facts).kept(last.version)
  } catch (error) {
    if (error instanceof BrokenBytes)
      throw new DarqError('corrupt', { facts: { expected: 'a lineage', got: error.message } })
    throw error
  }
}

function load(cores: Map<string, Core>, part: Part, version: Version, makeCore: () => Core): StoredPart {
  let core = part.whole ? undefined : cores.get(part.name)
  if (!core) {
    core = makeCore()
    cores.set(part.name, core)
  }
  const before = core.end
  const answer = core.load(part.bytes)
  if (answer !== 'ok')
    throw new DarqError(answer === 'newer_format' ? 'newer_format' : 'corrupt', {
      facts: { expected: `log of ${part.name} in version ${version}`, got: answer },
    })
  // The first load of an empty core says where its log starts.
  const from = core.end - part.bytes.length === core.start ? core.start : before
  return { name: part.name, version, from, bytes: part.bytes.length, whole: part.whole }
}
