/**
 * The text of an SVG, piece by piece.
 *
 * @module
 */
export type Attributes = Readonly<Record<string, string | number>>

/** @param inner markup; what is text goes through {@link text} first */
export function element(tag: string, attributes: Attributes = {}, inner = ''): string {
  const written = Object.entries(attributes).map(([name, value]) => ` ${name}="${attribute(value)}"`)
  return inner === '' ? `<${tag}${written.join('')}/>` : `<${tag}${written.join('')}>${inner}</${tag}>`
}

export function group(parts: readonly string[], attributes: Attributes = {}): string {
  const inner = parts.filter((part) => part !== '').join('\n')
  return inner === '' ? '' : element('g', attributes, `\n${inner}\n`)
}

export function line(x1: number, y1: number, x2: number, y2: number, attributes: Attributes): string {
  return element('line', { x1, y1, x2, y2, ...attributes })
}

export function path(d: string, attributes: Attributes, inner = ''): string {
  return element(
    'path',
    { d: d.replaceAll(/\d+\.\d+/g, (number) => String(rounded(Number(number)))), ...attributes },
    inner,
  )
}

/** Text as it may stand in XML, outside of tags and in quotes. What XML has no way to write is left out. */
export function text(words: string): string {
  return words
    .replaceAll(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

function attribute(value: string | number): string {
  return typeof value === 'number' ? String(rounded(value)) : text(value)
}

/** A tenth of a pixel is enough, and the same on every machine. */
export function rounded(value: number): number {
  return Math.round(value * 10) / 10
}
