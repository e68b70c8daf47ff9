import { expect, test } from 'vitest'
import { CountsOverLives } from '../src/counts-over-lives.ts'

const seen = (epoch: number, steps: number, duplicates_refused: number) => ({ epoch, steps, duplicates_refused })

test('each life counts from 0, and the sums go over all of them', () => {
  const counts = new CountsOverLives()
  for (const one of [seen(100, 3, 0), seen(100, 7, 2), seen(205, 1, 1), seen(205, 4, 1)]) counts.see(one)
  expect(counts).toMatchObject({ lives: 2, steps: 11, duplicates_refused: 3 })
})

test('an old answer that comes late takes nothing back', () => {
  const counts = new CountsOverLives()
  for (const one of [seen(100, 7, 2), seen(100, 3, 0)]) counts.see(one)
  expect(counts).toMatchObject({ steps: 7, duplicates_refused: 2 })
})
