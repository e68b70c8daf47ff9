/** The tutorial quotes all files of `docs/examples/votes` that it needs, as they stand, in the versions of this repository. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { root, textOf } from './page.ts'

const run = promisify(execFile)
const page = textOf('docs/tutorial.md')

/** Blocks that follow the name of a file in bold. */
const blocks = [...page.matchAll(/^\*\*`([^`]+)`\*\*.*\n\n```\w+\n([\s\S]*?)\n```/gm)].map(
  ([, name = '', text = '']) => ({ name, text }),
)

describe('the tutorial', () => {
  test('names a file for each of its blocks of code', () => {
    expect(blocks.length).toBeGreaterThan(6)
    expect([...page.matchAll(/^```(?:ts|html|json)/gm)]).toHaveLength(blocks.length)
  })

  test.each(blocks)('quotes $name as it stands', ({ name, text }) => {
    expect(`${text}\n`).toBe(textOf(`docs/examples/votes/${name}`))
  })

  test('asks for the version of this repository, and before the first release for that one', () => {
    const { version }: { version: string } = JSON.parse(textOf('runtime-ts/package.json'))
    const { dependencies }: { dependencies: Record<string, string> } = JSON.parse(
      textOf('docs/examples/votes/package.json'),
    )
    const ours = Object.entries(dependencies).filter(([name]) => name.startsWith('@darq/'))
    expect(ours.map(([, asked]) => asked)).toEqual(ours.map(() => (version === '0.0.0' ? '0.1.0' : version)))
  })

  test('has examples that compile', { timeout: 60_000 }, async () => {
    await run(join(root, 'node_modules/.bin/tsc'), ['--noEmit', '-p', join(root, 'docs/examples')])
  })
})
