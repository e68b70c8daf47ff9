/**
 * The packages that are published, in the order in which they depend on each other.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The repository's top folder. */
export const root = join(import.meta.dirname, '..', '..')

/** The fields of a workspace's package.json that a release reads. */
export interface Manifest {
  readonly name: string
  readonly version: string
  /** A package without them is published as it stands. */
  readonly exports?: Record<string, string>
  readonly files?: readonly string[]
  readonly imports?: Record<string, Record<string, string>>
  readonly dependencies?: Record<string, string>
  readonly [field: string]: unknown
}

export interface ReleasedPackage {
  /** The workspace's folder. Absolute. */
  readonly folder: string
  readonly manifest: Manifest
}

const folders = ['core-as', 'runtime-ts', 'edge-worker', 'create-darq'].map((name) => join(root, name))

export function releasedPackages(): readonly ReleasedPackage[] {
  return folders.map((folder) => ({
    folder,
    manifest: JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')),
  }))
}
