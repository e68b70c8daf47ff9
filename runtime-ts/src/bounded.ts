/**
 * Whatever may be thrown or handed to an error, as text and plain data of bounded size. Nothing here throws: what is described
 * may have getters that do, loops, no prototype, a proxy around it.
 *
 * @module
 */

/** A value that travels between hosts: JSON data, or bytes. */
export type Plain =
  | undefined
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | readonly Plain[]
  | { readonly [key: string]: Plain }

/** A text of an error, in UTF-16 units; longer ones are cut. */
export const text_max = 4_096
/** What the facts of an error hold in all: units of text and bytes, values, and how deep. The rest is left out. */
const chars_max = 16_384
const values_max = 1_024
const depth_max = 8

/** @returns the text, cut after `max` units, and well-formed: it must be possible to write it down */
export function boundedText(text: string, max: number = text_max): string {
  return (text.length > max ? `${text.slice(0, max - 1)}…` : text).toWellFormed()
}

/** @returns what was thrown, in words */
export function textOf(thrown: unknown): string {
  try {
    if ((typeof thrown === 'object' && thrown !== null) || typeof thrown === 'function') return textOfObject(thrown)
    return boundedText(String(thrown))
  } catch {
    return 'something that can’t be described'
  }
}

function textOfObject(thrown: object): string {
  const message: unknown = Reflect.get(thrown, 'message')
  if (typeof message === 'string' && message !== '') return boundedText(message)
  const name: unknown = thrown instanceof Error ? Reflect.get(thrown, 'name') : ''
  if (typeof name === 'string' && name !== '') return boundedText(name)
  if (typeof thrown === 'function') return 'a function'
  const said: unknown = 'toString' in thrown ? `${thrown}` : Object.prototype.toString.call(thrown)
  return boundedText(String(said))
}

interface Left {
  chars: number
  values: number
}

/** @returns a frozen copy of what can travel; what can't is described in words, what is too much is left out */
export function boundedPlain(value: unknown): Plain {
  return copy(value, 0, { chars: chars_max, values: values_max })
}

function copy(value: unknown, depth: number, left: Left): Plain {
  left.values -= 1
  switch (typeof value) {
    case 'undefined':
    case 'boolean':
    case 'number':
      return value
    case 'string':
      return within(value, left)
    case 'object':
      if (value === null) return value
      if (depth >= depth_max) return '…'
      try {
        return copyObject(value, depth, left)
      } catch {
        return within(textOf(value), left)
      }
    default:
      return within(textOf(value), left)
  }
}

function within(text: string, left: Left): string {
  const bounded = boundedText(text, Math.max(1, Math.min(text_max, left.chars)))
  left.chars -= bounded.length
  return bounded
}

function copyObject(value: object, depth: number, left: Left): Plain {
  if (value instanceof Uint8Array) {
    if (value.byteLength > left.chars) return `${value.byteLength} bytes`
    left.chars -= value.byteLength
    return new Uint8Array(value)
  }
  if (Array.isArray(value)) {
    const list: Plain[] = []
    for (let index = 0; index < value.length && hasRoom(left); index += 1)
      list.push(copy(value[index], depth + 1, left))
    return Object.freeze(list)
  }
  if (Object.prototype.toString.call(value) !== '[object Object]') return within(textOf(value), left)
  const entries: [string, Plain][] = []
  for (const key of Object.keys(value)) {
    if (!hasRoom(left)) break
    entries.push([within(key, left), copy(Reflect.get(value, key), depth + 1, left)])
  }
  return Object.freeze(Object.fromEntries(entries))
}

function hasRoom({ chars, values }: Left): boolean {
  return chars > 0 && values > 0
}
