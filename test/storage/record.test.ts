import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { faultyMemory } from '../../runtime-ts/src/storage/memory-faults.ts'
import { decodeRecord, encodeRecord, type StoredRecord } from '../../runtime-ts/src/storage/record.ts'
import { bytes, codeOf, commit, errorOf, noise, own, readAll, version } from './place.ts'

const formatCodes = ['corrupt', 'newer_format', 'older_format']
const integer = fc.maxSafeNat()

const record: fc.Arbitrary<StoredRecord> = fc
  .record({
    kind: fc.constantFrom('store' as const, 'claim' as const, 'commit' as const),
    part: fc.nat(65_534),
    cleared: integer,
    head: integer,
    number: integer,
    claim: integer,
    from: integer,
    epoch: integer,
    version: integer,
    wakeAt_ms: fc.option(fc.double({ noNaN: true }), { nil: undefined }),
    body: fc.uint8Array({ maxLength: 300 }),
  })
  .map((any) => {
    const [cleared = 0, head = 0, number = 0] = [any.cleared, any.head, any.number].sort((a, b) => a - b)
    const below = (value: number) => Math.min(value, number)
    return { ...any, parts: any.part + 1, cleared, head, number, claim: below(any.claim), from: below(any.from) }
  })

describe('a record', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(record, (written) => {
        expect(decodeRecord(encodeRecord(written), written.number)).toEqual(written)
      }),
    )
  })

  it('with any one byte changed is refused', () => {
    fc.assert(
      fc.property(record, fc.nat(), fc.integer({ min: 1, max: 255 }), (written, at, change) => {
        const value = encodeRecord(written)
        value[at % value.length] = (value[at % value.length] ?? 0) ^ change
        expect(() => decodeRecord(value, written.number)).toThrow(expect.objectContaining({ code: 'corrupt' }))
      }),
    )
  })

  it('that is no record at all is refused with nothing but a DarqError', async () => {
    const anything = fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.anything())
    await fc.assert(
      fc.asyncProperty(anything, integer, async (value, number) => {
        const code = await codeOf(async () => decodeRecord(value, number))
        expect(formatCodes).toContain(code)
      }),
    )
  })
})

describe('a store', () => {
  it('with a well-formed record that is wrong is read or refused, never hangs or throws anything else', async () => {
    const sound = faultyMemory({ part_bytes_max: 100 })
    let at = 0
    for (let life = 1; life <= 3; life++) {
      const owner = await own(sound, life)
      for (let count = 0; count < 4; count++) {
        await owner.commit(commit(++at, noise(250, at), { keepFrom: version(Math.max(1, at - 8)) }))
      }
    }
    const image = sound.snapshot()
    const numbers = [...image.values.keys()]
    const field = fc.constantFrom('part', 'parts', 'head', 'cleared', 'claim', 'from', 'epoch', 'version')
    const wrong = fc.oneof(fc.nat(40), fc.maxSafeNat())
    const kind = fc.constantFrom('same', 'store', 'claim', 'commit')
    const refused = new Set<string>()
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...numbers), field, wrong, kind, async (number, name, value, other) => {
        sound.restore(image)
        const before = decodeRecord(sound.peek(number), number)
        const limited = name.startsWith('part') ? value % 65_536 : value
        const kindNow = other === 'store' || other === 'claim' || other === 'commit' ? other : before.kind
        sound.poke(number, encodeRecord({ ...before, kind: kindNow, [name]: limited }))
        const code = await codeOf(async () => readAll(await sound.open()))
        expect([undefined, 'corrupt']).toContain(code)
        if (code === 'corrupt') refused.add(name)
      }),
      { numRuns: 2_000 },
    )
    expect([...refused].sort()).toEqual(['claim', 'cleared', 'epoch', 'from', 'head', 'part', 'parts', 'version'])
  })

  it('names what was expected and what was found', async () => {
    const memory = faultyMemory()
    await (await own(memory, 1)).commit(commit(1, bytes('text')))
    memory.poke(1, memory.peek(2))
    const error = await errorOf(async () => readAll(await memory.open()))
    expect(error).toMatchObject({ code: 'corrupt', facts: { what: 'number', expected: 1, got: 2 } })
  })
})
