/**
 * A stage for a contender by its name.
 *
 * @module
 */
import { localStage, type Stage, type StageOptions } from '../stage.ts'
import type { ContenderName } from './contender.ts'
import { idiomaticMakers } from './idiomatic.ts'
import type { Serializer } from './serializer.ts'
import { twinMakers } from './twin.ts'
import { wasmMakers } from './wasm.ts'

/** @param serializer the idiomatic contender's best in this runtime */
export async function stageOf(name: ContenderName, serializer: Serializer, options: StageOptions): Promise<Stage> {
  switch (name) {
    case 'wasm':
      return localStage(await wasmMakers(), options)
    case 'twin':
      return localStage(await twinMakers(), options)
    case 'idiomatic':
      return localStage(idiomaticMakers(serializer), options)
  }
}

/** @throws {RangeError} there is no such contender */
export function contenderNamed(name: unknown): ContenderName {
  if (name === 'wasm' || name === 'twin' || name === 'idiomatic') return name
  throw new RangeError(`no contender is called ${String(name)}`)
}
