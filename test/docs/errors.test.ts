/** The page of the errors says what the code says: every code, its default, its status. */
import { DarqError, type ErrorCode } from '@darq/runtime'
import { problemResponse } from '@darq/runtime/transport'
import { describe, expect, test } from 'vitest'
import { sectionsOf, textOf } from './page.ts'

const sections = sectionsOf(textOf('docs/errors.md'), 3)
const documented = sections.map(({ title }) => title.replaceAll('`', ''))

/** The codes of the type, which is not to be had at run time. */
const [, union = ''] =
  /export type ErrorCode =\n((?:[ ]+(?:\/\/|\|).*\n)+)/.exec(textOf('runtime-ts/src/error.ts')) ?? []
const codes = [...union.matchAll(/^ +\| '(\w+)'/gm)].flatMap(([, code]) => (isCode(code) ? [code] : []))

/** The union's own names: what the source says is trusted here, and held against the page below. */
function isCode(text: string | undefined): text is ErrorCode {
  return text !== undefined
}

test('the codes are read from the source', () => {
  expect(codes.length).toBeGreaterThan(20)
  expect(codes).toContain('fenced')
  expect(codes).toContain('nondeterministic')
})

test('every code has its section, and every section its code', () => {
  expect(documented).toEqual(codes)
})

describe.each(codes)('%s', (code) => {
  const body = sections[documented.indexOf(code)]?.body ?? ''

  test('has the status that the edge answers with, and says whether it is retryable', () => {
    const error = new DarqError(code)
    const { status } = problemResponse(error)
    expect(body).toContain(`Retryable: ${error.retryable ? 'yes' : 'no'}. HTTP: ${status}.`)
  })

  test('says what it carries, and what to do', () => {
    expect(body).toMatch(/^Facts: /m)
    expect(body).toMatch(/^What to do: /m)
  })
})

test('the application’s own codes are 422, and fenced for good is 409', () => {
  expect(problemResponse(new DarqError('app:sold out')).status).toBe(422)
  expect(problemResponse(new DarqError('fenced', { retryable: false })).status).toBe(409)
})
