/**
 * A dependency: a state of another host that one's own state came from. It is lost when that state is.
 *
 * @module
 */
import type { Epoch, Version } from '../storage/contract.ts'
import { BrokenBytes, type ByteReader, type ByteWriter } from './byte-codec.ts'
import { host_id_bytes_max, isHostId } from './host-id.ts'

/** A state: the version of that host's log that carries that epoch, and all before it. */
export interface Dependency {
  /** Host id: name and generation. */
  readonly host: string
  readonly epoch: Epoch
  readonly version: Version
}

/** In one message, one version or one session. */
export const dependencies_max = 4_096

export function writeDependencies(writer: ByteWriter, dependencies: readonly Dependency[]): void {
  writer.u32(dependencies.length)
  for (const { host, epoch, version } of dependencies) writer.text(host).f64(epoch).f64(version)
}

/** @throws {BrokenBytes} */
export function readDependencies(reader: ByteReader): Dependency[] {
  const count = reader.u32('dependencies')
  if (count > dependencies_max) throw new BrokenBytes(`${count} dependencies, at most ${dependencies_max}`)
  const dependencies: Dependency[] = []
  for (let i = 0; i < count; i += 1) {
    const host = reader.text(host_id_bytes_max, 'host of a dependency')
    if (!isHostId(host)) throw new BrokenBytes(`host of a dependency: not a host id: ${host}`)
    const epoch = reader.whole('epoch of a dependency') as Epoch
    const version = reader.whole('version of a dependency') as Version
    dependencies.push({ host, epoch, version })
  }
  return dependencies
}
