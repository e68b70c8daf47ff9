/** What the packages weigh, as a bundler builds them: the README says it, and an application carries what it uses. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type LaidOut, layOutPackages } from '../../scripts/release/lay-out.ts'
import { measureSizes, type Size, sizesTable } from '../../scripts/release/sizes.ts'
import { textOf } from '../docs/page.ts'

/** A README whose figures are off by more would say something else than what is built. */
const tolerance = 0.03
const wasm_bytes_max = 10_240
const worker = 'worker with `serveTab`, a participant and `remote`'

let laidOut: LaidOut
let sizes: readonly Size[] = []

beforeAll(async () => {
  laidOut = await layOutPackages()
  sizes = await measureSizes(laidOut.folder)
}, 240_000)

afterAll(() => laidOut[Symbol.asyncDispose]())

function sizeOf(name: string): Size {
  const found = sizes.find((size) => size.name === name)
  if (found === undefined) throw new Error(`${name} was not measured: ${sizes.map((size) => size.name).join(', ')}`)
  return found
}

/** The figures of a table in kB, by its first column; an empty cell is 0. */
function figuresOf(text: string): Map<string, readonly number[]> {
  const rows = [...text.matchAll(/^\| (.+?) \|((?: *[\d.]*(?: kB)? *\|){3})$/gm)]
  return new Map(
    rows.map(([, name = '', cells = '']) => [
      name,
      cells
        .split('|')
        .slice(0, 3)
        .map(Number.parseFloat)
        .map((one) => one || 0),
    ]),
  )
}

describe('the sizes in the README', () => {
  const [, section = ''] = /\n## How big\n([\s\S]*?)\n## /.exec(textOf('README.md')) ?? []

  test(`are within ${100 * tolerance} % of what is built`, () => {
    const [written, built] = [figuresOf(section), figuresOf(sizesTable(sizes))]
    expect([...written.keys()]).toEqual(sizes.map(({ name }) => name))
    const off = [...built].flatMap(([name, figures]) =>
      figures.flatMap((figure, column) => {
        const said = written.get(name)?.[column] ?? Number.NaN
        return Math.abs(said - figure) <= tolerance * figure
          ? []
          : [`${name}: the README says ${said} kB, built are ${figure} kB`]
      }),
    )
    expect(off).toEqual([])
  })

  test('keep core.wasm in its limit', () => {
    expect(sizeOf('`core.wasm`').minified_bytes).toBeLessThanOrEqual(wasm_bytes_max)
  })
})

describe('an application carries what it uses', () => {
  test.each([
    ['the core in TypeScript', /^core\/twin/],
    ['what runs effects', /effect-processor$/],
    ['what runs workflows', /live-processor$|^runtime\/workflow\//],
    ['what makes calls of a tab', /^runtime\/crest\/outbound\//],
    ['a client', /^runtime\/crest\/client\/(client|lane)$/],
    ['the titles of problems', /^runtime\/transport\/problem$/],
  ])('a worker with a participant alone: not %s', (_what, module) => {
    const { modules } = sizeOf(worker)
    expect(modules).toEqual(expect.arrayContaining(['runtime/engine/host', 'runtime/crest/run/participant-processor']))
    expect(modules.filter((one) => module.test(one))).toEqual([])
  })

  test('a worker with a workflow: what runs it, and what makes its calls', () => {
    const { modules } = sizeOf('the same with a workflow')
    const used = [
      'runtime/crest/run/live-processor',
      'runtime/crest/outbound/outbound-calls',
      'runtime/crest/client/client',
    ]
    expect(modules).toEqual(expect.arrayContaining(used))
  })

  test.each(['page with `openTab` and one address', '`connect` alone'])('%s: nothing that hosts', (name) => {
    const { modules } = sizeOf(name)
    expect(modules).toContain('runtime/crest/client/client')
    expect(
      modules.filter((one) => /^runtime\/(crest\/(run|host)|storage)\/|^runtime\/engine\/host$/.test(one)),
    ).toEqual([])
  })
})
