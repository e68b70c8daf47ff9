/**
 * What every storage adapter must do. Run by one small file per platform.
 *
 * @module
 */
import { describe, expect, it } from 'vitest'
import { xxh32 } from '../../core-as/src/xxh32.ts'
import { bytes, codeOf, commit, contents, epoch, errorOf, type InPlace, noise, own, readAll, version } from './place.ts'

export interface Adapter {
  /** Whether a commit of 3 MB stands in several values. */
  readonly splits: boolean
}

export function conformance(name: string, { splits }: Adapter, inPlace: InPlace): void {
  /** A test in a fresh place. */
  const holds = (sentence: string, body: Parameters<InPlace>[0]) => it(sentence, () => inPlace(body))

  describe(`${name} opens`, () => {
    holds('an empty store without a claim, without commits, and with a generation', async (place) => {
      const opened = await place.storage().open()
      expect(opened.last).toBeUndefined()
      expect(opened.generation).toMatch(/^[\x21-\x7e]{1,40}$/)
      expect(await readAll(opened)).toEqual([])
    })

    holds('the same generation every time', async (place) => {
      const { generation } = await place.storage().open()
      await own(place.storage(), 1)
      expect((await place.storage().open()).generation).toBe(generation)
    })

    holds('a wiped store as a new generation, younger than the old one, with nothing in it', async (place) => {
      const { generation } = await place.storage().open()
      const owner = await own(place.storage(), 1)
      await owner.commit(commit(1))
      await owner.close()
      await place.wipe()
      const opened = await place.storage().open()
      expect(opened.generation > generation).toBe(true)
      expect(opened.last).toBeUndefined()
      expect(await readAll(opened)).toEqual([])
    })

    holds('commits in order of version, with their own bytes', async (place) => {
      const owner = await own(place.storage(), 1)
      for (const at of [1, 2, 5, 9]) await owner.commit(commit(at))
      await owner.close()
      expect(await contents(place.storage())).toEqual(['1:v1', '2:v2', '5:v5', '9:v9'])
    })

    holds('a store after 300 commits, each of them in its place', async (place) => {
      const owner = await own(place.storage(), 1)
      for (let at = 1; at <= 300; at++) await owner.commit(commit(at))
      const expected = Array.from({ length: 300 }, (_, index) => `${index + 1}:v${index + 1}`)
      expect(await contents(place.storage())).toEqual(expected)
    })

    holds('segments once only', async (place) => {
      const opened = await place.storage().open()
      opened.segments()
      expect(() => opened.segments()).toThrow()
    })
  })

  describe(`${name} commits`, () => {
    holds('1 MiB of noise, and nothing at all, unchanged', async (place) => {
      const owner = await own(place.storage(), 1)
      const large = noise(1024 * 1024)
      await owner.commit(commit(1, large))
      await owner.commit(commit(2, ''))
      await owner.commit(commit(3, 'small'))
      const [first, second, third] = await readAll(await place.storage().open())
      expect(first?.bytes.length).toBe(large.length)
      expect(xxh32(first?.bytes ?? bytes(''))).toBe(xxh32(large))
      expect(second?.bytes.length).toBe(0)
      expect(third?.bytes).toEqual(bytes('small'))
    })

    holds('refuse a version that is not newer, and change nothing', async (place) => {
      const owner = await own(place.storage(), 1)
      await owner.commit(commit(7))
      for (const at of [7, 6]) {
        const error = await errorOf(() => owner.commit(commit(at, 'again')))
        expect(error).toMatchObject({ code: 'storage', retryable: false, facts: { expected: 'above 7', got: at } })
      }
      await owner.commit(commit(8))
      expect(await contents(place.storage())).toEqual(['7:v7', '8:v8'])
    })

    holds('refuse a second commit while one is in flight', async (place) => {
      const owner = await own(place.storage(), 1)
      const first = owner.commit(commit(1))
      expect(await codeOf(() => owner.commit(commit(2)))).toBe('storage')
      await first
      await owner.commit(commit(2, 'after'))
      expect(await contents(place.storage())).toEqual(['1:v1', '2:after'])
    })

    holds('settle before close is done, and are refused with `closed` after it', async (place) => {
      const owner = await own(place.storage(), 1)
      let settled = false
      const pending = owner.commit(commit(1)).then(() => {
        settled = true
      })
      await owner.close()
      expect(settled).toBe(true)
      await pending
      expect(await codeOf(() => owner.commit(commit(2)))).toBe('closed')
      await owner.close()
      expect(await contents(place.storage())).toEqual(['1:v1'])
    })
  })

  describe(`${name} claims`, () => {
    holds('are remembered with their epoch, facts and surviving version', async (place) => {
      const owner = await own(place.storage(), 3)
      await owner.commit(commit(1))
      await owner.commit(commit(4))
      await (await place.storage().open()).claim(epoch(10), version(4), bytes('ten'))
      const { last } = await place.storage().open()
      expect(last).toEqual({ epoch: 10, version: 4, facts: bytes('ten') })
    })

    holds('keep everything up to a version, and drop what is above', async (place) => {
      const owner = await own(place.storage(), 1)
      for (const at of [1, 2, 4, 6]) await owner.commit(commit(at))
      const second = await (await place.storage().open()).claim(epoch(2), version(5), bytes(''))
      expect(await contents(place.storage())).toEqual(['1:v1', '2:v2', '4:v4'])
      expect((await place.storage().open()).last?.version).toBe(4)
      await second.commit(commit(5, 'anew'))
      expect(await contents(place.storage())).toEqual(['1:v1', '2:v2', '4:v4', '5:anew'])
    })

    holds('may drop everything', async (place) => {
      const owner = await own(place.storage(), 1)
      for (const at of [1, 2, 3]) await owner.commit(commit(at))
      const second = await (await place.storage().open()).claim(epoch(2), version(0), bytes(''))
      expect(await contents(place.storage())).toEqual([])
      await second.commit(commit(1, 'anew'))
      expect(await contents(place.storage())).toEqual(['1:anew'])
    })

    holds('may follow each other, dropping more each time', async (place) => {
      const first = await own(place.storage(), 1)
      for (const at of [1, 2, 3, 4]) await first.commit(commit(at))
      const second = await (await place.storage().open()).claim(epoch(2), version(3), bytes(''))
      for (const at of [4, 5]) await second.commit(commit(at, 'second'))
      await (await place.storage().open()).claim(epoch(3), version(5), bytes(''))
      const fourth = await (await place.storage().open()).claim(epoch(4), version(2), bytes(''))
      await fourth.commit(commit(3, 'fourth'))
      expect(await contents(place.storage())).toEqual(['1:v1', '2:v2', '3:fourth'])
      await (await place.storage().open()).claim(epoch(5), version(1), bytes(''))
      expect(await contents(place.storage())).toEqual(['1:v1'])
    })

    holds('may add a last version of their own in the place of what they drop', async (place) => {
      const first = await own(place.storage(), 1)
      for (const at of [1, 3, 8]) await first.commit(commit(at))
      const tail = { version: version(6), bytes: bytes('left') }
      const second = await (await place.storage().open()).claim(epoch(2), version(3), bytes('two'), tail)
      expect(await contents(place.storage())).toEqual(['1:v1', '3:v3', '6:left'])
      const { last } = await place.storage().open()
      expect(last).toEqual({ epoch: 2, version: 3, facts: bytes('two') })
      expect(await codeOf(() => first.commit(commit(9)))).toBe('fenced')
      await second.commit(commit(7, 'anew', { keepFrom: version(6) }))
      expect(await contents(place.storage())).toEqual(['6:left', '7:anew'])
      await (await place.storage().open()).claim(epoch(3), version(6), bytes(''))
      expect(await contents(place.storage())).toEqual(['6:left'])
    })

    holds('may add a large one', async (place) => {
      await own(place.storage(), 1)
      const left = noise(300_000, 7)
      await (await place.storage().open()).claim(epoch(2), version(0), bytes(''), { version: version(2), bytes: left })
      const found: Uint8Array[] = []
      for await (const segment of (await place.storage().open()).segments()) found.push(segment.bytes)
      expect(found).toEqual([left])
    })

    holds('count also when the segments were not read, or only in part', async (place) => {
      const owner = await own(place.storage(), 1)
      for (let at = 1; at <= 100; at++) await owner.commit(commit(at))
      const partly = await place.storage().open()
      for await (const segment of partly.segments()) if (segment.version === 3) break
      await partly.claim(epoch(2), version(50), bytes(''))
      expect((await contents(place.storage())).length).toBe(50)
    })

    holds('with an equal or an older epoch are refused, and change nothing', async (place) => {
      const owner = await own(place.storage(), 5)
      await owner.commit(commit(1))
      for (const at of [5, 4, 0, Number.NaN]) {
        const opened = await place.storage().open()
        expect(await codeOf(() => opened.claim(epoch(at), version(0), bytes('')))).toBe('fenced')
      }
      await owner.commit(commit(2))
      expect(await contents(place.storage())).toEqual(['1:v1', '2:v2'])
    })

    holds(
      'are refused when the store was written to since it was opened: what was not read must not be dropped',
      async (place) => {
        const owner = await own(place.storage(), 1)
        await owner.commit(commit(1))
        const late = await place.storage().open()
        expect((await readAll(late)).length).toBe(1)
        await owner.commit(commit(2))
        expect(await codeOf(() => late.claim(epoch(9), version(1), bytes('')))).toBe('fenced')
        await owner.commit(commit(3))
        expect(await contents(place.storage())).toEqual(['1:v1', '2:v2', '3:v3'])
      },
    )

    holds('of two that were opened together, one wins', async (place) => {
      const [one, two] = [await place.storage().open(), await place.storage().open()]
      const codes = await Promise.all([
        codeOf(() => one.claim(epoch(1), version(0), bytes('one'))),
        codeOf(() => two.claim(epoch(2), version(0), bytes('two'))),
      ])
      expect(codes.filter((code) => code === undefined).length).toBe(1)
      expect(codes.filter((code) => code === 'fenced').length).toBe(1)
      expect((await place.storage().open()).last?.epoch).toBe(codes[0] === undefined ? 1 : 2)
    })

    holds('can be made once for an opening', async (place) => {
      const opened = await place.storage().open()
      const owner = await opened.claim(epoch(1), version(0), bytes(''))
      expect(await codeOf(() => opened.claim(epoch(2), version(0), bytes('')))).toBe('fenced')
      await owner.commit(commit(1))
      expect(await contents(place.storage())).toEqual(['1:v1'])
    })
  })

  describe(`${name} fences`, () => {
    holds('the commit of an owner after a newer claim, and every one after it', async (place) => {
      const old = await own(place.storage(), 1)
      await old.commit(commit(1))
      const owner = await own(place.storage(), 2)
      expect(await codeOf(() => old.commit(commit(2, 'stale')))).toBe('fenced')
      expect(await codeOf(() => old.commit(commit(3, 'stale')))).toBe('fenced')
      await old.close()
      await owner.commit(commit(2))
      expect(await contents(place.storage())).toEqual(['1:v1', '2:v2'])
    })

    holds('an owner whose successor has written much more, and truncated', async (place) => {
      const old = await own(place.storage(), 1)
      await old.commit(commit(1))
      const owner = await own(place.storage(), 2)
      for (let at = 2; at <= 300; at++) await owner.commit(commit(at, `v${at}`, { keepFrom: version(at) }))
      await own(place.storage(), 3)
      expect(await codeOf(() => old.commit(commit(2, 'stale', { keepFrom: version(2) })))).toBe('fenced')
      expect(await codeOf(() => owner.commit(commit(301, 'stale')))).toBe('fenced')
      expect(await contents(place.storage())).toEqual(['300:v300'])
    })

    holds('an owner whose number was dropped by a claim', async (place) => {
      const first = await own(place.storage(), 1)
      await first.commit(commit(1))
      const second = await own(place.storage(), 2)
      await second.commit(commit(2))
      const third = await (await place.storage().open()).claim(epoch(3), version(0), bytes(''))
      expect(await codeOf(() => first.commit(commit(2, 'stale')))).toBe('fenced')
      expect(await codeOf(() => second.commit(commit(3, 'stale')))).toBe('fenced')
      await third.commit(commit(1, 'third'))
      expect(await contents(place.storage())).toEqual(['1:third'])
    })

    holds('an owner that would have deleted what its successor still needs', async (place) => {
      const old = await own(place.storage(), 1)
      for (let at = 1; at <= 70; at++) await old.commit(commit(at))
      const owner = await own(place.storage(), 2)
      expect(await codeOf(() => old.commit(commit(71, 'stale', { keepFrom: version(71) })))).toBe('fenced')
      expect((await contents(place.storage())).length).toBe(70)
      await owner.commit(commit(71))
      expect((await contents(place.storage())).at(-1)).toBe('71:v71')
    })

    holds('an owner of many parts', async (place) => {
      const old = await own(place.storage(), 1)
      const owner = await own(place.storage(), 2)
      expect(await codeOf(() => old.commit(commit(1, noise(300_000))))).toBe('fenced')
      await owner.commit(commit(1))
      expect(await contents(place.storage())).toEqual(['1:v1'])
    })

    holds('a late claim of a store that was truncated and dropped from meanwhile', async (place) => {
      const owner = await own(place.storage(), 1)
      await owner.commit(commit(1))
      const late = await place.storage().open()
      await readAll(late)
      for (let at = 2; at <= 200; at++) await owner.commit(commit(at, `v${at}`, { keepFrom: version(at) }))
      expect(await codeOf(() => late.claim(epoch(9), version(0), bytes('')))).toBe('fenced')
      await owner.commit(commit(201))
      expect((await contents(place.storage())).at(-1)).toBe('201:v201')
    })
  })

  describe(`${name} truncates`, () => {
    holds('what is below keepFrom, in the end, and never more', async (place) => {
      const owner = await own(place.storage(), 1)
      for (let at = 1; at <= 200; at++) {
        const oldest = Math.max(1, at - 9)
        await owner.commit(commit(at, `v${at}`, { keepFrom: version(oldest) }))
        const expected = Array.from({ length: at - oldest + 1 }, (_, index) => `${oldest + index}:v${oldest + index}`)
        expect(await contents(place.storage())).toEqual(expected)
      }
      expect((await place.numbers()).length).toBeLessThan(100)
    })

    holds('and still knows its claim', async (place) => {
      const owner = await own(place.storage(), 4)
      for (let at = 1; at <= 200; at++) await owner.commit(commit(at, '', { keepFrom: version(at) }))
      expect((await place.storage().open()).last).toEqual({ epoch: 4, version: 0, facts: bytes('facts of 4') })
    })

    holds('also after a restart, and leaves no claim behind', async (place) => {
      let at = 0
      for (let life = 1; life <= 5; life++) {
        const owner = await own(place.storage(), life)
        for (let count = 0; count < 80; count++) await owner.commit(commit(++at, '', { keepFrom: version(at) }))
        await owner.close()
      }
      expect(await contents(place.storage())).toEqual([`${at}:`])
      const numbers = await place.numbers()
      const newest = numbers.at(-1) ?? 0
      // The store's own value, and the newest claim.
      expect(numbers.filter((number) => number < newest - 70)).toEqual([0, newest - 80])
    })

    holds('few commits as soon as they are large, also those of an owner before', async (place) => {
      const first = await own(place.storage(), 1)
      for (let at = 1; at <= 3; at++) await first.commit(commit(at, noise(500_000)))
      const second = await own(place.storage(), 2)
      await second.commit(commit(4, 'v4', { keepFrom: version(4) }))
      expect((await place.numbers()).length).toBeLessThan(5)
      expect(await contents(place.storage())).toEqual(['4:v4'])
    })

    holds('what a claim has dropped', async (place) => {
      const first = await own(place.storage(), 1)
      for (let at = 1; at <= 100; at++) await first.commit(commit(at))
      const second = await (await place.storage().open()).claim(epoch(2), version(3), bytes(''))
      for (let at = 4; at <= 100; at++) await second.commit(commit(at, 'anew', { keepFrom: version(at) }))
      expect(await contents(place.storage())).toEqual(['100:anew'])
      expect((await place.numbers()).length).toBeLessThan(100)
    })
  })

  describe(`${name} never uses a number twice`, () => {
    holds('after a claim that drops the tail', async (place) => {
      const first = await own(place.storage(), 1)
      for (const at of [1, 2, 3]) await first.commit(commit(at))
      const largest = (await place.numbers()).at(-1) ?? 0
      const second = await (await place.storage().open()).claim(epoch(2), version(1), bytes(''))
      await second.commit(commit(2))
      const numbers = await place.numbers()
      expect(numbers.filter((number) => number > largest).length).toBe(2)
    })
  })

  describe(`${name} notices`, () => {
    const filled = async (place: Parameters<Parameters<InPlace>[0]>[0]) => {
      const owner = await own(place.storage(), 1)
      for (let at = 1; at <= 5; at++) await owner.commit(commit(at, noise(200, at)))
      await owner.close()
    }
    const read = async (place: Parameters<Parameters<InPlace>[0]>[0]) => readAll(await place.storage().open())

    holds('every flipped byte of every value', async (place) => {
      await filled(place)
      const sound = (await read(place)).length
      expect(sound).toBe(5)
      for (const number of await place.numbers()) {
        const value = await place.peek(number)
        if (value === undefined) throw new Error('expected a value')
        for (let at = 0; at < value.length; at += 7) {
          const broken = value.slice()
          broken[at] = (broken[at] ?? 0) ^ 0x41
          await place.poke(number, broken)
          expect(await codeOf(() => read(place)), `value ${number}, byte ${at}`).toBe('corrupt')
        }
        await place.poke(number, value)
      }
      expect((await read(place)).length).toBe(5)
    })

    holds('a value that is cut short, empty, or of another place', async (place) => {
      await filled(place)
      for (const number of (await place.numbers()).slice(1)) {
        const value = await place.peek(number)
        if (value === undefined) throw new Error('expected a value')
        const other = await place.peek(number === 3 ? 4 : 3)
        for (const broken of [value.slice(0, -1), value.slice(0, 40), new Uint8Array(0), other]) {
          await place.poke(number, broken)
          expect(await codeOf(() => read(place)), `value ${number}`).toBe('corrupt')
        }
        await place.poke(number, value)
      }
    })

    holds('a missing value, wherever it is missing', async (place) => {
      const owner = await own(place.storage(), 1)
      for (let at = 1; at <= 70; at++) await owner.commit(commit(at))
      await (await own(place.storage(), 2)).commit(commit(71))
      // 1 is a claim that no longer counts, 73 the newest commit: that one may never have been written.
      for (const number of [2, 3, 32, 63, 64, 65, 66, 70, 71, 72]) {
        const value = await place.peek(number)
        await place.poke(number, undefined)
        expect(await codeOf(() => read(place)), `value ${number}`).toBe('corrupt')
        await place.poke(number, value)
      }
      expect((await read(place)).length).toBe(71)
    })

    const ifSplit: typeof holds = splits ? holds : () => undefined
    ifSplit('half of a commit in parts', async (place) => {
      const owner = await own(place.storage(), 1)
      await owner.commit(commit(1))
      await owner.commit(commit(2, noise(3_000_000)))
      await owner.close()
      const last = (await place.numbers()).at(-1) ?? 0
      const value = await place.peek(last)
      await place.poke(last, undefined)
      expect(await codeOf(() => place.storage().open())).toBe('corrupt')
      await place.poke(last, value)
      expect((await read(place)).length).toBe(2)
    })

    holds('a store of a newer and of an older format, names both formats, and changes nothing', async (place) => {
      await filled(place)
      const first = await place.peek(0)
      if (first === undefined) throw new Error('expected a value')
      for (const [format, code] of [
        [2, 'newer_format'],
        [200, 'newer_format'],
        [0, 'older_format'],
      ] as const) {
        const other = first.slice()
        other[6] = format
        other[7] = 255 - format
        await place.poke(0, other)
        const before = await place.numbers()
        const error = await errorOf(() => place.storage().open())
        expect(error).toMatchObject({ code, facts: { expected: 1, got: format } })
        expect(await place.numbers()).toEqual(before)
        expect(await place.peek(0)).toEqual(other)
      }
      await place.poke(0, first)
      expect((await read(place)).length).toBe(5)
    })
  })
}
