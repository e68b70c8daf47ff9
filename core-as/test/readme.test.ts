import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'

const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
/** A line that calls something and says in a comment what it gives. */
const told = /^(send\(.*\)|vectors\.\w+\(.*\)|recovered.*) \/\/ (.*)$/gm

test('the examples of the README give what they say', async () => {
  const [, ...examples] = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, example]) => example)
  const code = examples.join('\n').replaceAll("'@darq/core'", "'../../src/index.ts'")
  const comments = [...code.matchAll(told)].map(([, , comment]) => comment)
  const folder = new URL('../build/readme/', import.meta.url)
  const file = new URL('examples.ts', folder)
  await mkdir(folder, { recursive: true })
  await writeFile(file, `export const seen: unknown[] = []\n${code.replaceAll(told, 'seen.push(structuredClone($1))')}`)
  const { seen }: { seen: unknown[] } = await import(file.href)
  await rm(folder, { recursive: true })

  expect(seen).toMatchObject([
    { status: 'accepted', accepted: 1, duplicates: 0, expected: 2 },
    { status: 'accepted', accepted: 0, duplicates: 1, expected: 2 },
    { status: 'gap', expected: 2, got: 3 },
    ...[true, 'new', undefined, 'frozen', 2, 'new', 1, 3, 1],
  ])
  for (const [nth, value] of seen.entries()) {
    if (typeof value === 'string') expect(comments[nth]).toContain(`'${value}'`)
    if (typeof value === 'number' || typeof value === 'boolean') expect(comments[nth]).toContain(`${value}`)
  }
})
