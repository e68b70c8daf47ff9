import { expect, test } from 'vitest'
import { tooOld } from '../../scripts/node.mjs'
import { whyNpmFailed } from '../../scripts/npm.mjs'

test.each(['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'ETIMEDOUT', 'ENOTCACHED'])(
  'npm without a network (%s) is told in one sentence, with what to do',
  (code) => {
    const why = whyNpmFailed(`npm error code ${code}\nnpm error network request failed`)
    expect(why).toMatch(/^[^.]*could not reach its registry: connect this machine[^.]*\.$/)
  },
)

test('another failure of npm leads to its own words', () => {
  expect(whyNpmFailed('npm error Invalid Version:')).toContain('its own words above')
})

test('an npm that is missing is told', () => {
  expect(whyNpmFailed('', new Error('spawn npm ENOENT'))).toMatch(/ENOENT.*install it/)
})

test('a Node that is too old is told by its version, with the one to install', () => {
  expect(tooOld('18.20.4')).toMatch(/18\.20\.4.*20.*install Node 24/)
})
