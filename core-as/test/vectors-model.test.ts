import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Entry, VectorsPair } from './vectors-pair.ts'

/** As many as there are pairs of host and epoch: peers are never forgotten, rows run out. */
const entries_max = 6
const hosts_max = 3

/** Every version that was ever opened keeps a map of its own: what it depends on, that of the versions before it included. */
class Model {
  /** By version: needed version by `host epoch`. The last is open. */
  versions: { version: number; needs: Map<string, number> }[] = [{ version: 1, needs: new Map() }]
  stable = new Map<string, number>()
  frozen = false

  get open() {
    return this.versions.at(-1) ?? { version: 0, needs: new Map<string, number>() }
  }

  merge(entries: readonly Entry[]): string {
    const news = entries.filter(([host, epoch, version]) => {
      const key = `${host} ${epoch}`
      return version > Math.max(this.open.needs.get(key) ?? -1, this.stable.get(key) ?? -1)
    })
    if (news.length === 0) return 'known'
    if (this.frozen) return 'frozen'
    for (const [host, epoch, version] of news) {
      const key = `${host} ${epoch}`
      this.open.needs.set(key, Math.max(version, this.open.needs.get(key) ?? 0))
    }
    return 'new'
  }

  seal(): number {
    this.versions.push({ version: this.open.version + 1, needs: new Map(this.open.needs) })
    this.frozen = false
    return this.open.version
  }

  setStable(entries: readonly Entry[]): void {
    for (const [host, epoch, version] of entries) {
      const key = `${host} ${epoch}`
      this.stable.set(key, Math.max(version, this.stable.get(key) ?? 0))
    }
  }

  unstable(version: number): Entry[] {
    const needs = this.versions.find((each) => each.version === version)?.needs ?? new Map<string, number>()
    return [...needs]
      .filter(([key, needed]) => needed > (this.stable.get(key) ?? -1))
      .map(([key, needed]): Entry => [Number(key.split(' ')[0]), Number(key.split(' ')[1]), needed])
      .sort(([host, epoch], [other, otherEpoch]) => host - other || epoch - otherEpoch)
  }

  committed(durable: number): number {
    const first = this.versions.find(({ version }) => this.unstable(version).length > 0)
    return first === undefined ? durable : Math.min(durable, first.version - 1)
  }

  /** What is stable is not lost: peers never say so. */
  lost(host: number, epoch: number, first: number): number {
    const orphan = this.versions.find(({ version }) =>
      this.unstable(version).some(([other, e, needed]) => other === host && e === epoch && needed >= first),
    )
    return orphan === undefined ? this.open.version : orphan.version - 1
  }

  rewind(to: number): void {
    this.versions = this.versions.filter(({ version }) => version <= to)
    const needs = new Map(this.versions.at(-1)?.needs ?? [])
    this.versions.push({ version: to + 1, needs })
    this.frozen = false
  }
}

const entry = fc.tuple(fc.nat({ max: hosts_max - 1 }), fc.nat({ max: 1 }), fc.nat({ max: 9 }))
/** No peer twice: room is asked for each, and forgets others. */
const entries = (maxLength: number) =>
  fc.uniqueArray(entry, { maxLength, selector: ([host, epoch]) => `${host} ${epoch}` })
const command = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ type: fc.constant('merge' as const), entries: entries(4) }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('seal' as const) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('freeze' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant('stable' as const), entries: entries(2) }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('rewind' as const), back: fc.nat({ max: 3 }) }) },
)
type Command = typeof command extends fc.Arbitrary<infer Value> ? Value : never

test('whatever arrives, is sealed, frozen, stable or undone, both do what the model does', () => {
  const counts: Record<string, number> = {}
  const count = (what: string) => {
    counts[what] = (counts[what] ?? 0) + 1
  }
  const agree = (pair: VectorsPair, model: Model) => {
    const { version: open } = model.open
    for (let version = Math.max(0, open - 6); version <= open; version++) {
      expect(pair.unstable(version)).toEqual(model.unstable(version))
      expect(pair.committed(version)).toBe(model.committed(version))
    }
    for (let host = 0; host < hosts_max; host++) {
      for (const first of [0, 3, 7]) {
        const answer = pair.lost(host, 1, first)
        expect(answer).toBe(model.lost(host, 1, first))
        if (answer < open) count('lost')
      }
    }
  }
  const run = (pair: VectorsPair, model: Model, command: Command) => {
    switch (command.type) {
      case 'merge': {
        const digest = pair.digest()
        const answer = pair.merge(...command.entries)
        count(answer)
        if (answer === 'full') expect(pair.digest(), 'a refused merge leaves no trace').toBe(digest)
        else expect(answer).toBe(model.merge(command.entries))
        break
      }
      case 'seal':
        expect(pair.seal()).toBe(model.seal())
        break
      case 'freeze':
        pair.freeze()
        model.frozen = true
        break
      case 'stable':
        if (pair.stable(...command.entries) > 0) count('ended')
        model.setStable(command.entries)
        break
      case 'rewind': {
        const to = model.open.version - 1 - command.back
        if (to < 0) return
        pair.rewind(to)
        model.rewind(to)
        count('rewound')
        break
      }
    }
  }
  fc.assert(
    fc.property(fc.array(command, { minLength: 1, maxLength: 60, size: 'max' }), (commands) => {
      const pair = new VectorsPair({ hosts_max, entries_max })
      const model = new Model()
      for (const each of commands) {
        run(pair, model, each)
        agree(pair, model)
      }
    }),
    { numRuns: 150 },
  )
  for (const what of ['known', 'new', 'frozen', 'full', 'ended', 'lost', 'rewound']) {
    expect(counts[what], `times that '${what}' happened`).toBeGreaterThan(0)
  }
}, 60_000)
