/** The picture of an event log. */
import { DarqError, type HostEvent, type LoggedEvent, type Version } from '@darq/runtime/engine'
import { eventLogSvg } from '@darq/runtime/testing'
import { describe, expect, test } from 'vitest'

/** Only engines mint these; a test may pretend. */
const epochOf = (number: number) => number as LoggedEvent['epoch']
const versionOf = (number: number) => number as Version

const at = (at_ms: number, name: string, epoch: number, what: HostEvent): LoggedEvent => ({
  at_ms,
  host: `${name}#g`,
  epoch: epochOf(epoch),
  ...what,
})

const messages = { from: 'a/1', to: 'b/1', first: 1, count: 1 }
const ofA = { host: 'a#g', epoch: epochOf(1), version: versionOf(1) }

/** a sends and is killed before its flush; b goes back. */
const story: readonly LoggedEvent[] = [
  at(0, 'a', 1, { kind: 'opened', found: versionOf(0), committed: versionOf(0) }),
  at(1, 'b', 1, { kind: 'opened', found: versionOf(0), committed: versionOf(0) }),
  at(10, 'a', 1, { kind: 'sent', version: versionOf(1), ...messages }),
  at(11, 'a', 1, { kind: 'sealed', version: versionOf(1), dependencies: [] }),
  at(15, 'b', 1, { kind: 'taken', of: ofA, into: versionOf(1), depends: true, ...messages }),
  at(16, 'b', 1, { kind: 'sealed', version: versionOf(1), dependencies: [ofA] }),
  at(20, 'b', 1, { kind: 'durable', version: versionOf(1) }),
  at(40, 'a', 2, { kind: 'opened', found: versionOf(0), committed: versionOf(0) }),
  at(45, 'b', 1, { kind: 'withdrawn', to: versionOf(0), because: { host: 'a#g', epoch: epochOf(2) } }),
  at(46, 'b', 2, { kind: 'opened', found: versionOf(0), committed: versionOf(0) }),
  at(50, 'b', 2, { kind: 'sealed', version: versionOf(1), dependencies: [] }),
  at(60, 'b', 2, { kind: 'durable', version: versionOf(1) }),
  at(60, 'b', 2, { kind: 'committed', version: versionOf(1) }),
]

/** The tooltips of what is drawn: what each thing is. */
const titles = (svg: string): string[] => [...svg.matchAll(/<title[^>]*>([^<]*)</g)].map(([, words = '']) => words)

/** Every tag is closed, in order, and attributes are in quotes. */
function assertWellFormed(svg: string): void {
  const open: string[] = []
  for (const [, slash, name = '', attributes = '', closed] of svg.matchAll(
    /<(\/?)([a-zA-Z]+)((?:\s[^<>]*?)?)(\/?)>/g,
  )) {
    expect(attributes.replaceAll(/\s[\w:-]+="[^"<&]*(?:&(?:amp|lt|gt|quot);[^"<&]*)*"/g, '').trim()).toBe('')
    if (slash === '/') expect(open.pop()).toBe(name)
    else if (closed !== '/') open.push(name)
  }
  expect(open).toEqual([])
}

describe('the picture', () => {
  test('shows what became of each version, and of each life', () => {
    expect(titles(eventLogSvg(story))).toEqual([
      'An event log of versions',
      'version 1: lost',
      'version 1: withdrawn',
      'version 1: committed',
      'a/1 → b/1, message 1',
      // It was killed and could not tell: that is seen from the life that follows.
      'crashed',
      'goes back to the start, because of what a has lost',
    ])
  })

  test('says the same in words, for those who do not see it', () => {
    const svg = eventLogSvg(story, { title: 'A & B', id: 'one' })
    expect(svg).toContain('role="img" aria-labelledby="one-title one-description"')
    expect(svg).toContain('<title id="one-title">A &amp; B</title>')
    const [, description] = /<desc id="one-description">([^<]*)</.exec(svg) ?? []
    expect(description).toBe(
      '2 hosts over 60 ms. a: version 1 lost; crashed at 40 ms. b: versions 1 withdrawn, 1 committed; ' +
        'goes back to the start, because of what a has lost at 45 ms.',
    )
  })

  test('does not depend on the order in which hosts were asked for their events', () => {
    const byHost = story.toSorted((a, b) => a.host.localeCompare(b.host))
    expect(byHost).not.toEqual(story)
    expect(eventLogSvg(byHost)).toBe(eventLogSvg(story))
  })

  test('tells messages that make a dependency from those that make none, and from those that are refused', () => {
    const [opened, , sent] = story
    if (opened === undefined || sent === undefined) throw new Error('the story has changed')
    const taken = (depends: boolean) =>
      at(15, 'b', 1, { kind: 'taken', of: ofA, into: versionOf(1), depends, ...messages })
    const refused = at(15, 'b', 1, { kind: 'refused', of: ofA, ...messages })
    const drawn = (event: LoggedEvent) =>
      /class="(flight [a-z]+)" marker-end="[^"]*"><title>/.exec(eventLogSvg([opened, sent, event]))?.[1]
    expect(drawn(taken(true))).toBe('flight depends')
    expect(drawn(taken(false))).toBe('flight stable')
    expect(drawn(refused)).toBe('flight refused')
  })

  test('begins in the middle when its events do', () => {
    const later = story.filter(({ at_ms }) => at_ms >= 45)
    expect(titles(eventLogSvg(later))).toContain('goes back to the start, because of what a has lost')
    // a is not heard of any more; what b had is not known.
    expect(eventLogSvg(later)).toContain('>1 host over')
    assertWellFormed(eventLogSvg([]))
  })

  test('is well-formed, whatever hosts are called', () => {
    const name = `<script>"&'\u0000]]>`
    const svg = eventLogSvg(
      [at(0, name, 1, { kind: 'opened', found: versionOf(0), committed: versionOf(0) }), ...story],
      {
        title: name,
      },
    )
    expect(svg).not.toContain('<script>')
    expect(svg).not.toContain('\u0000')
    assertWellFormed(svg)
  })

  test('has its hosts in the order that is asked for', () => {
    const names = (svg: string) => [...svg.matchAll(/class="host"[^>]*>([^<]*)</g)].map(([, name]) => name)
    expect(names(eventLogSvg(story))).toEqual(['a', 'b'])
    expect(names(eventLogSvg(story, { hosts: ['b', 'nobody'] }))).toEqual(['b', 'a'])
  })

  test('takes no id that would break out of its style sheet', () => {
    expect(() => eventLogSvg(story, { id: '</style>' })).toThrow(DarqError)
  })
})
