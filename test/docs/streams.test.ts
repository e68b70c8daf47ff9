/** The page of streams quotes the files of `docs/examples`, which compile (the tutorial's test says so) and run. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { root, textOf } from './page.ts'

const run = promisify(execFile)
const page = textOf('docs/streams.md')
const blocks = [...page.matchAll(/^\*\*`([^`]+)`\*\*.*\n\n```\w+\n([\s\S]*?)\n```/gm)].map(
  ([, name = '', text = '']) => ({ name, text }),
)
const output = async (name: string): Promise<string> => {
  const { stdout } = await run(process.execPath, [join(root, 'docs/examples', name)])
  return stdout.trim()
}

describe('the page of streams', () => {
  test('names a file for each of its blocks of code', () => {
    expect(blocks.length).toBe(4)
    expect([...page.matchAll(/^```ts$/gm)]).toHaveLength(blocks.length)
  })

  test.each(blocks)('quotes $name as it stands', ({ name, text }) => {
    expect(`${text}\n`).toBe(textOf(`docs/examples/${name}`))
  })

  test('has a stream that runs', async () => {
    expect(await output('flights.try.ts')).toBe(
      '{ records: 4, skipped: 0 }\nover { JFK: 30 }\nwith open ones JFK 30, LAX 25',
    )
  })

  test('has a join and a session that run', async () => {
    expect(await output('orders.try.ts')).toBe("o1 is 50 cents short\n[ { key: 'ann', value: 2 } ]")
  })

  test('tells the limits as the code has them', () => {
    const limits = {
      'stream/options.ts': ['batch = 1_024', 'open_max = 100_000'],
      'stream/feed.ts': ['batch = 512', 'ahead_max = 16'],
      'stream/plan.ts': ['parallel_max = 256'],
      'stream/window.ts': ['overlaps_max = 1_000'],
      'stream/aggregate.ts': ['kept_max = 1_000'],
      'stream/stream.ts': ['rows_max_default = 1_000'],
      'stream/spread.ts': ['waiting_max = 256'],
      'crest/wire/envelope.ts': ['bodies_max = 4_096'],
    }
    for (const [file, told] of Object.entries(limits))
      for (const limit of told) {
        expect(textOf(`runtime-ts/src/${file}`), file).toContain(limit)
        const number = Number(limit.split(' = ')[1]?.replaceAll('_', ''))
        expect(page, limit).toContain(number.toLocaleString('en'))
      }
  })
})
