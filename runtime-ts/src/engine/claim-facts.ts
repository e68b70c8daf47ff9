/**
 * What a claim writes for the next one: the host's lineage, and the committed mark.
 *
 * @module
 */
import { DarqError } from '../error.ts'
import type { LastClaim } from '../storage/contract.ts'
import { BrokenBytes, ByteReader, ByteWriter } from './byte-codec.ts'
import { Lineage } from './lineage.ts'
import type { Version } from './types.ts'

export interface ClaimFacts {
  readonly lineage: Lineage
  /** The newest version known to be committed. */
  readonly committed: Version
}

export function encodeClaimFacts({ lineage, committed }: ClaimFacts): Uint8Array {
  const writer = new ByteWriter()
  lineage.write(writer)
  return writer.f64(committed).done()
}

/** @throws {DarqError} `corrupt` */
export function decodeClaimFacts(last: LastClaim | undefined): ClaimFacts {
  if (!last) return { lineage: Lineage.empty, committed: 0 as Version }
  try {
    const reader = new ByteReader(last.facts)
    const lineage = Lineage.read(reader)
    return { lineage, committed: reader.whole('committed mark') as Version }
  } catch (error) {
    if (error instanceof BrokenBytes)
      throw new DarqError('corrupt', { facts: { expected: 'a lineage and a mark', got: error.message } })
    throw error
  }
}
