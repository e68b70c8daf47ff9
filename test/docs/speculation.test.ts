/** The page on speculation quotes files that compile, and its picture is what the engine does today. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { root, textOf } from './page.ts'
import { drawSpeculation, picture_path } from './speculation-picture.ts'

const page = textOf('docs/speculation.md')
const blocks = [...page.matchAll(/^\*\*`([^`]+)`\*\*\n\n```ts\n([\s\S]*?)\n```/gm)].map(([, name = '', text = '']) => ({
  name,
  text,
}))

test('names a file for each of its blocks of code', () => {
  expect(blocks.length).toBeGreaterThan(0)
  expect([...page.matchAll(/^```\w/gm)]).toHaveLength(blocks.length)
})

test.each(blocks)('quotes $name as it stands', ({ name, text }) => {
  expect(`${text}\n`).toBe(textOf(`docs/examples/votes/${name}`))
})

test('the examples compile', { timeout: 60_000 }, async () => {
  await promisify(execFile)(join(root, 'node_modules/.bin/tsc'), ['--noEmit', '-p', join(root, 'docs/examples')])
})

test('an event log is drawn in Node', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [join(root, 'docs/examples/votes/votes.event-log.ts')])
  expect(stdout).toMatch(/^<svg [\s\S]*version 1: committed[\s\S]*<\/svg>\s*$/)
})

test('the picture is what its script draws: node test/docs/speculation-picture.ts', async () => {
  expect(await drawSpeculation()).toBe(textOf(picture_path))
})

test('the picture shows what the page says of it', async () => {
  const [, words = ''] = /<desc[^>]*>([^<]*)</.exec(await drawSpeculation()) ?? []
  expect(words).toMatch(/shop: .*1 lost; crashed/)
  expect(words).toMatch(/stock: .*1 withdrawn; goes back to v3/)
  expect(words).toMatch(/post: .*1 withdrawn; goes back to v3/)
  expect(words).toMatch(/news: versions 2 committed\.$/)
})
