/**
 * The run of the engine that `docs/speculation.md` shows. `node test/docs/speculation-picture.ts` draws it anew.
 *
 * @module
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { eventLogSvg } from '@darq/runtime/testing'
import { Town } from '../engine/town.ts'
import { id, messages, sequence } from '../engine/world.ts'

export const picture_path = 'docs/speculation.svg'

/** Each DARQ passes on what it gets: shop → stock → post. */
const next: Readonly<Record<string, string>> = { 'shop/1': 'stock/1', 'stock/1': 'post/1' }

/** @returns the picture of a small town in which one host crashes before its flush */
export async function drawSpeculation(): Promise<string> {
  const town = new Town(7, Number.POSITIVE_INFINITY, (darq, seen) => {
    const to = next[darq]
    return to === undefined ? [] : [{ to, bytes: seen }]
  })
  town.delay_ms_min = 6
  town.delay_ms_max = 8
  await town.host('shop', () => 60)
  await town.host('stock', () => 25)
  await town.host('post', () => 25)
  await town.host('news', () => 40)
  const order = (name: string, number: number, text: string) =>
    town.engine(name).darq(`${name}/1`).enqueue(id('client'), sequence(number), messages(text))
  // The first message of a channel asks who is there: two trips more, which the picture can do without.
  order('shop', 1, 'a table')
  await town.clock.advance(3_000)
  const from_ms = town.clock.now_ms()
  order('shop', 2, 'a lamp')
  order('news', 1, 'rain')
  await town.clock.advance(100)
  order('shop', 3, 'a chair')
  order('news', 2, 'sun')
  await town.clock.advance(35)
  town.kill('shop')
  await town.clock.advance(15)
  await town.open('shop')
  // The client has not been told that it is committed, so it sends it again.
  order('shop', 3, 'a chair')
  await town.clock.advance(400)
  return eventLogSvg(
    town.eventLog.events.filter(({ at_ms }) => at_ms >= from_ms),
    {
      title: 'One crash, and who goes back for it',
      hosts: ['shop', 'stock', 'post', 'news'],
      id: 'speculation',
    },
  )
}

if (import.meta.main) writeFileSync(join(import.meta.dirname, '..', '..', picture_path), await drawSpeculation())
