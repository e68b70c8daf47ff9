/** ARCHITECTURE.md names files that exist, and leads to the four places that a newcomer looks for first. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { root, textOf } from './page.ts'

const page = textOf('ARCHITECTURE.md')
const rooms = ['', 'runtime-ts/src', 'runtime-ts/src/stream', 'edge-worker', 'core-as']
const named = [...new Set([...page.matchAll(/`([\w./-]+\.ts)`/g)].map(([, path = '']) => path))]

/** The paragraph that begins with this bold sentence. */
function paragraph(sentence: string): string {
  return page.split('\n\n').find((text) => text.startsWith(`**${sentence}**`)) ?? ''
}

describe('ARCHITECTURE.md', () => {
  test.each(named)('names %s, which exists', (path) => {
    expect(rooms.some((room) => existsSync(join(root, room, path)))).toBe(true)
  })

  test.each([
    ['A message is refused because its sequence has a gap.', 'engine/arrive.ts'],
    ['A view is withdrawn.', 'crest/client/views.ts'],
    ['An effect is retried.', 'crest/run/effect-processor.ts'],
    ['A token is checked.', 'edge-worker/src/routes.ts'],
  ])('says where to look: %s', (sentence, file) => {
    expect(paragraph(sentence)).toMatch(new RegExp(`\\]\\([^)]*${file}\\)`))
  })

  test('links each station of the path of a message, in order', () => {
    const path = page.slice(page.indexOf('## The path of a message'), page.indexOf('## Where to look'))
    const stations = [...path.matchAll(/^\d+\. \*\*\[([^\]]+)\]/gm)].map(([, file]) =>
      file?.replace(/^.*\/|\.ts$/g, ''),
    )
    const half = ['client', 'outbox', 'queued-message', 'lane', 'host-link', 'admission']
    expect(stations).toEqual([...half, 'arrive', 'deliver', 'step', 'commit', 'send', 'receive'])
  })
})
