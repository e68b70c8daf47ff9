import { describe, expect, test } from 'vitest'
import { VectorsPair, vectorsMakers } from './vectors-pair.ts'

describe('merge', () => {
  test('lets the open version, and all after it, depend on what came', () => {
    const pair = new VectorsPair()
    expect(pair.merge([1, 10, 5], [2, 20, 7])).toBe('new')
    expect(pair.unstable(1)).toEqual([
      [1, 10, 5],
      [2, 20, 7],
    ])
    pair.seal()
    expect(pair.unstable(2)).toHaveLength(2)
    expect(pair.unstable(0)).toEqual([])
  })

  test('brings nothing new when this version or one before it has it', () => {
    const pair = new VectorsPair()
    pair.merge([1, 10, 5])
    expect(pair.merge([1, 10, 5], [1, 10, 4])).toBe('known')
    pair.seal()
    expect(pair.merge([1, 10, 5])).toBe('known')
    expect(pair.merge([1, 10, 6])).toBe('new')
    expect(pair.unstable(1)).toEqual([[1, 10, 5]])
    expect(pair.unstable(2)).toEqual([[1, 10, 6]])
  })

  test('keeps the newest of a batch that names a peer twice', () => {
    const pair = new VectorsPair()
    expect(pair.merge([1, 10, 7], [1, 10, 5])).toBe('new')
    expect(pair.unstable(1)).toEqual([[1, 10, 7]])
  })

  test('keeps two epochs of one host apart, and counts the host once', () => {
    const pair = new VectorsPair()
    pair.merge([1, 10, 5], [1, 11, 2], [0, 3, 1])
    expect(pair.unstable(1)).toHaveLength(3)
    expect(pair.each((vectors) => vectors.hosts)).toBe(2)
  })

  test('does not touch a frozen version, unless it brings nothing', () => {
    const pair = new VectorsPair()
    pair.merge([1, 10, 5])
    pair.freeze()
    expect(pair.merge([1, 10, 5])).toBe('known')
    pair.refuses('frozen', () => pair.merge([1, 10, 6]))
    expect(pair.seal()).toBe(2)
    expect(pair.merge([1, 10, 6])).toBe('new')
    expect(pair.lost(1, 10, 6)).toBe(1)
  })

  test.each([
    ['a host that is none', [8, 1, 1]],
    ['a host between two', [0.5, 1, 1]],
    ['a negative host', [-1, 1, 1]],
    ['an epoch beyond 2^53', [1, 2 ** 53, 1]],
    ['a version that is no number', [1, 1, Number.NaN]],
    ['an infinite version', [1, 1, Number.POSITIVE_INFINITY]],
    ['half a version', [1, 1, 1.5]],
  ] as const)('refuses %s, and the batch it is in', (_, entry) => {
    const pair = new VectorsPair()
    pair.merge([2, 1, 1])
    pair.refuses('bad_entry', () => pair.merge([1, 10, 5], entry))
  })

  test('takes the largest whole numbers there are', () => {
    const pair = new VectorsPair()
    const most = Number.MAX_SAFE_INTEGER
    expect(pair.merge([7, most, most])).toBe('new')
    expect(pair.unstable(1)).toEqual([[7, most, most]])
  })
})

describe('a limit', () => {
  test('of entries is answered with full, and raising one that is there still goes', () => {
    const pair = new VectorsPair({ entries_max: 2 })
    pair.merge([1, 1, 1], [2, 1, 1])
    pair.refuses('full', () => pair.merge([3, 1, 1]))
    expect(pair.merge([1, 1, 2])).toBe('new')
    pair.seal()
    pair.refuses('full', () => pair.merge([1, 1, 3]))
    expect(pair.stable([2, 1, 1])).toBe(1)
    expect(pair.merge([1, 1, 3])).toBe('new')
  })

  test('of peers makes the stable ones forgotten', () => {
    const pair = new VectorsPair({ entries_max: 2 })
    pair.stable([1, 1, 9], [2, 1, 9])
    expect(pair.merge([3, 1, 1])).toBe('new')
    // It was forgotten that this is durable: it will be asked again.
    expect(pair.merge([1, 1, 9])).toBe('new')
    expect(pair.stable([4, 1, 1])).toBe(0)
    pair.refuses('full', () => pair.merge([4, 1, 1]))
  })

  test('of peers counts those of the batch that are forgotten for it', () => {
    const pair = new VectorsPair({ entries_max: 3 })
    pair.stable([1, 1, 9], [2, 1, 9])
    pair.merge([3, 1, 1])
    // Room for one is found by forgetting the two that are stable, one of which is in the batch.
    expect(pair.merge([4, 1, 1], [1, 1, 9])).toBe('new')
    expect(pair.unstable(1)).toHaveLength(3)
    pair.refuses('full', () => pair.merge([5, 1, 1], [4, 1, 2]))
  })

  test('of a batch is the room of entries', () => {
    const pair = new VectorsPair({ entries_max: 2 })
    pair.refuses('full', () => pair.each((vectors) => vectors.merge(3)))
    pair.refuses('full', () => pair.each((vectors) => vectors.merge(Number.NaN)))
  })

  test.each([
    { hosts_max: 0 },
    { hosts_max: 65_537 },
    { entries_max: 0 },
    { entries_max: 2 ** 20 + 1 },
    { version: -1 },
    { version: 0.5 },
  ])('that is none is a RangeError: %o', (limit) => {
    for (const make of vectorsMakers) {
      expect(() => make({ hosts_max: 1, entries_max: 1, version: 1, ...limit })).toThrow(RangeError)
    }
  })

  test('at its largest has room', () => {
    for (const make of vectorsMakers) {
      const vectors = make({ hosts_max: 65_536, entries_max: 2 ** 20, version: 1 })
      const count = 2 ** 20
      for (let nth = 0; nth < count; nth++) vectors.entries.set([nth % 65_536, nth >>> 16, 1], nth * 3)
      expect(vectors.merge(count)).toBe('new')
      expect(vectors.unstable(1)).toBe(count)
      expect(vectors.hosts).toBe(65_536)
    }
  }, 60_000)
})

describe('stable', () => {
  test('ends entries up to the version in all versions, and only that epoch', () => {
    const pair = new VectorsPair()
    pair.merge([1, 10, 5], [1, 11, 1])
    pair.seal()
    pair.merge([1, 10, 8])
    expect(pair.stable([1, 10, 7])).toBe(1)
    expect(pair.unstable(1)).toEqual([[1, 11, 1]])
    expect(pair.unstable(2)).toEqual([
      [1, 10, 8],
      [1, 11, 1],
    ])
  })

  test('is remembered: what arrives later and is stable brings nothing', () => {
    const pair = new VectorsPair()
    expect(pair.stable([1, 10, 5])).toBe(0)
    expect(pair.merge([1, 10, 5])).toBe('known')
    expect(pair.merge([1, 10, 6])).toBe('new')
  })

  test('ends an entry and hears of a stranger in one batch, with no room for the stranger', () => {
    const pair = new VectorsPair({ entries_max: 2 })
    pair.merge([1, 1, 6], [2, 1, 5])
    expect(pair.stable([1, 1, 34], [3, 1, 6])).toBe(1)
    expect(pair.merge([4, 1, 1])).toBe('new')
    expect(pair.unstable(1)).toEqual([
      [2, 1, 5],
      [4, 1, 1],
    ])
  })

  test('passes over what is no entry', () => {
    const pair = new VectorsPair()
    pair.merge([1, 10, 5])
    expect(pair.stable([9, 10, 5], [1, 10, 0.5], [1, 10, 5])).toBe(1)
  })

  test('never goes back', () => {
    const pair = new VectorsPair()
    pair.stable([1, 10, 5])
    pair.stable([1, 10, 3])
    expect(pair.merge([1, 10, 5])).toBe('known')
  })
})

describe('committed', () => {
  test('is durable where nothing is unstable, and ends before the first version that has something unstable', () => {
    const pair = new VectorsPair()
    expect(pair.committed(0)).toBe(0)
    pair.seal()
    pair.merge([1, 10, 5])
    pair.seal()
    pair.seal()
    expect([0, 1, 2, 3].map((durable) => pair.committed(durable))).toEqual([0, 1, 1, 1])
    pair.stable([1, 10, 5])
    expect([1, 3].map((durable) => pair.committed(durable))).toEqual([1, 3])
  })
})

describe('lost', () => {
  test('is the newest version without a dependency on the lost state', () => {
    const pair = new VectorsPair()
    pair.merge([1, 10, 5])
    pair.seal()
    pair.merge([2, 20, 1])
    pair.seal()
    pair.merge([1, 10, 8])
    pair.seal()
    expect([5, 6, 8, 9].map((first) => pair.lost(1, 10, first))).toEqual([0, 2, 2, 4])
    expect(pair.lost(1, 11, 0)).toBe(4)
    expect(pair.lost(2, 20, 0)).toBe(1)
    expect(pair.lost(99, 20, 0)).toBe(4)
  })
})

describe('rewind', () => {
  test('drops what later versions depend on, and opens the next', () => {
    const pair = new VectorsPair()
    pair.merge([1, 10, 5])
    pair.seal()
    pair.merge([1, 10, 8], [2, 20, 1])
    pair.freeze()
    pair.rewind(1)
    expect(pair.each((vectors) => [vectors.open, vectors.frozen])).toEqual([2, false])
    expect(pair.unstable(2)).toEqual([[1, 10, 5]])
    expect(pair.merge([1, 10, 8])).toBe('new')
  })

  test('keeps what is known to be stable', () => {
    const pair = new VectorsPair()
    pair.merge([1, 10, 5])
    pair.stable([1, 10, 5])
    pair.rewind(0)
    expect(pair.merge([1, 10, 5])).toBe('known')
  })

  test.each([2, 5, -1, 0.5, Number.NaN])('throws for a version that is not below the open one: %d', (to) => {
    const pair = new VectorsPair({ version: 2 })
    for (const vectors of pair.both) expect(() => vectors.rewind(to)).toThrow(RangeError)
  })
})

describe('forget', () => {
  test('leaves what is unstable, wherever it stands', () => {
    const pair = new VectorsPair()
    pair.merge([1, 1, 5], [2, 1, 5], [3, 1, 5], [2, 2, 5])
    pair.stable([1, 1, 5], [2, 2, 9])
    pair.each((vectors) => vectors.forget())
    expect(pair.unstable(1)).toEqual([
      [2, 1, 5],
      [3, 1, 5],
    ])
    expect(pair.merge([2, 1, 6])).toBe('new')
    expect(pair.merge([2, 2, 9])).toBe('new')
    expect(pair.lost(3, 1, 5)).toBe(0)
  })
})
