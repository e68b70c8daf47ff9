/**
 * The names and messages of what a stream is made into, beside those that the application gave.
 *
 * @module
 */
import { address } from '../crest/define/address.ts'
import type { SourceNode } from './node.ts'
import { plainSchema } from './plain-schema.ts'

/** A source's own participants are named after it. */
export function stemOf(name: string): string {
  return name.endsWith('/*') ? name.slice(0, -2) : name
}

/** Where the keyed operators of a spread stream live. */
export function partsAddress(name: string) {
  return address(`${stemOf(name)}.parts/*`, { records: plainSchema, move: plainSchema, take: plainSchema })
}

/** What the parts tell the source. */
export function sourceAddress(name: string) {
  return address(name, { [rows_word]: plainSchema, [moved_word]: plainSchema, [taken_word]: plainSchema })
}
/** A colon is in no message of the application's that is written as a name. */
export const rows_word = 'stream:rows'
export const moved_word = 'stream:moved'
export const taken_word = 'stream:taken'

/** Where the effects of a sink live. */
export function effectAddress(name: string, sink: number) {
  return address(`${stemOf(name)}.effect${sink}`, { run: plainSchema })
}

/** The message in which the records of a source come to the stream's participant. */
export function wordOf({ message }: SourceNode, main: string): string {
  return message.address === main ? message.name : `stream:${message.address}:${message.name}`
}
