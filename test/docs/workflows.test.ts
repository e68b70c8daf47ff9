/** The page of workflows quotes the files of `docs/examples`, which compile (the tutorial's test says so) and run. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { root, textOf } from './page.ts'

const run = promisify(execFile)
const page = textOf('docs/workflows.md')
const blocks = [...page.matchAll(/^\*\*`([^`]+)`\*\*.*\n\n```\w+\n([\s\S]*?)\n```/gm)].map(
  ([, name = '', text = '']) => ({ name, text }),
)

describe('the page of workflows', () => {
  test('names a file for each of its blocks of code', () => {
    expect(blocks.length).toBe(4)
    expect([...page.matchAll(/^```ts$/gm)]).toHaveLength(blocks.length)
  })

  test.each(blocks)('quotes $name as it stands', ({ name, text }) => {
    expect(`${text}\n`).toBe(textOf(`docs/examples/${name}`))
  })

  test('has a checkout that runs', async () => {
    const { stdout } = await run(process.execPath, [join(root, 'docs/examples/checkout.try.ts')])
    expect(stdout).toContain("{ receipt: 'tok_1 paid 500' }")
    expect(stdout).toContain('effect charge card: ok')
  })

  test('has a simulation that skips three days and finds nothing', { timeout: 60_000 }, async () => {
    const { stdout } = await run(process.execPath, [join(root, 'docs/examples/checkout.simulate.ts')])
    expect(stdout.trim()).toBe('5 seeds, 0 violations')
  })

  test('tells the limits as the code has them', () => {
    const source = textOf('runtime-ts/src/workflow/workflow.ts')
    for (const [, name = '', number = ''] of source.matchAll(/options\.(\w+_max) \?\? ([\d_]+)/g))
      expect(page).toMatch(new RegExp(`\`${name}\`.* ${Number(number.replaceAll('_', '')).toLocaleString('en')}`))
    expect(source).toContain(`options.keep ?? '7 days'`)
  })
})
