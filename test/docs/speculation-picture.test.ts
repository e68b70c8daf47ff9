/** The picture of the page on speculation is what the engine does today. */
import { expect, test } from 'vitest'
import { textOf } from './page.ts'
import { drawSpeculation, picture_path } from './speculation-picture.ts'

test('the picture is what its script draws: node test/docs/speculation-picture.ts', async () => {
  expect(await drawSpeculation()).toBe(textOf(picture_path))
})
