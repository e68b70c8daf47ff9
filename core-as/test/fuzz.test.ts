import { expect, test } from 'vitest'
import { fuzz } from './fuzz/fuzz.ts'

test('hostile bytes are answered as FORMAT.md asks, by both alike, and what is refused leaves no trace', async () => {
  const counts = await fuzz(20_000, 1)
  // Each answer was really given, often enough to mean something.
  for (const what of [
    ...['accepted', 'bad_frame', 'too_large', 'gap', 'expired', 'full'].map((answer) => `frame ${answer}`),
    ...['done', 'bad_frame', 'empty', 'too_large', 'not_pending', 'full'].map((answer) => `step ${answer}`),
    ...['ok', 'corrupt', 'newer_format', 'gap'].map((answer) => `segment ${answer}`),
    ...['ok', 'bad_vector', 'too_large'].map((answer) => `vector ${answer}`),
    ...['known', 'new', 'frozen', 'full', 'bad_entry'].map((answer) => `merge ${answer}`),
    'whole memory compared',
  ]) {
    expect(counts.get(what) ?? 0, what).toBeGreaterThan(10)
  }
}, 120_000)
