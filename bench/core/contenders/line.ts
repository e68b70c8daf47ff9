/**
 * An entry as a row: names that repeat with every entry would cost the idiomatic contender a fifth of its commit.
 *
 * @module
 */
import type { Entry } from './idiomatic-entry.ts'

/** `Payload` is what the serializer at hand is fastest with. */
export type Line<Payload> =
  | ['in', string, number, Payload]
  | ['out', string, number, Payload]
  | ['self', Payload]
  | ['completion', readonly number[]]

export function lineOf<Payload>(entry: Entry, encode: (payload: Uint8Array<ArrayBuffer>) => Payload): Line<Payload> {
  switch (entry.kind) {
    case 'in':
      return ['in', entry.producer, entry.sequence, encode(entry.payload)]
    case 'out':
      return ['out', entry.to, entry.sequence, encode(entry.payload)]
    case 'self':
      return ['self', encode(entry.payload)]
    case 'completion':
      return ['completion', entry.consumed]
  }
}

export function entryOf<Payload>(line: Line<Payload>, decode: (payload: Payload) => Uint8Array<ArrayBuffer>): Entry {
  switch (line[0]) {
    case 'in':
      return { kind: 'in', producer: line[1], sequence: line[2], payload: decode(line[3]), pending: true }
    case 'out':
      return { kind: 'out', to: line[1], sequence: line[2], payload: decode(line[3]), pending: true }
    case 'self':
      return { kind: 'self', payload: decode(line[1]), pending: true }
    case 'completion':
      return { kind: 'completion', consumed: line[1] }
  }
}
