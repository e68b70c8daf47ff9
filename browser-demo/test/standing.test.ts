import { expect, test } from 'vitest'
import { Standing } from '../src/standing.ts'
import { standingInWords } from '../src/view/standing-words.ts'

const words = (standing: Standing) => standingInWords(standing).words

test('what is shown is pending until it is committed', () => {
  const standing = new Standing()
  standing.show('committed', 1000)
  expect(words(standing)).toBe('saved')
  standing.show('accepted', 1256)
  expect(words(standing)).toBe('256 pending')
  standing.show('durable', 1256)
  expect(words(standing)).toBe('256 pending')
  standing.show('committed', 1256)
  expect(standing).toMatchObject({ saved: 1256, taken_back: 0 })
  expect(words(standing)).toBe('saved')
})

test('what is withdrawn is taken back when what stands instead is known', () => {
  const standing = new Standing()
  standing.show('committed', 1000)
  standing.show('accepted', 1256)
  standing.withdraw()
  expect(words(standing)).toBe('256 pending')
  expect(standing.show('committed', 1000)).toBe(256)
  expect(words(standing)).toBe('256 taken back')
  standing.forget()
  expect(words(standing)).toBe('saved')
})

test('what has come again before anybody could look is not taken back', () => {
  const standing = new Standing()
  standing.show('accepted', 256)
  standing.withdraw()
  expect(standing.show('accepted', 300)).toBe(0)
  expect(words(standing)).toBe('300 pending')
})

test('each standing has a sign of its own', () => {
  const standing = new Standing()
  const pending = standingInWords(standing).sign
  standing.show('committed', 1)
  const saved = standingInWords(standing).sign
  standing.show('accepted', 2)
  standing.withdraw()
  standing.show('accepted', 1)
  expect(new Set([pending, saved, standingInWords(standing).sign]).size).toBe(3)
})
