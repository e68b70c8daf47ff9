/** The tutorial quotes the files of `docs/examples`, which compile, run in Node, and make a page. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'vite'
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
    expect(`${text}\n`).toBe(textOf(`docs/examples/${name}`))
  })

  test('has examples that compile', { timeout: 60_000 }, async () => {
    await run(join(root, 'node_modules/.bin/tsc'), ['--noEmit', '-p', join(root, 'docs/examples')])
  })

  test('counts to two in Node', async () => {
    const { stdout } = await run(process.execPath, [join(root, 'docs/examples/votes.try.ts')])
    expect(stdout.trim()).toBe('{ tea: 2 }')
  })

  test('has a page that bundles', { timeout: 60_000 }, async () => {
    const built = await build({
      configFile: join(root, 'docs/examples/vite.config.ts'),
      logLevel: 'error',
      build: { write: false },
    })
    const files = [built].flat().flatMap((one) => ('output' in one ? one.output.map(({ fileName }) => fileName) : []))
    expect(files.some((name) => name.endsWith('.html'))).toBe(true)
    expect(files.some((name) => name.includes('votes.worker'))).toBe(true)
  })
})
