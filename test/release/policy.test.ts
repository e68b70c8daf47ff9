import { expect, test } from 'vitest'
import { policyFor } from '../../scripts/consumers/page-server.ts'

test('a page without inline scripts gets a policy that allows none', () => {
  const policy = policyFor('<script type="module" src="/page.js"></script>')
  expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval';")
  expect(policy).not.toMatch(/unsafe-inline|'unsafe-eval'|blob:|data:/)
})

test('an inline script is allowed by its hash, and no other', () => {
  // echo -n 'go()' | openssl dgst -sha256 -binary | base64
  expect(policyFor('<script>go()</script><script src="/a.js"></script>')).toContain(
    `script-src 'self' 'wasm-unsafe-eval' 'sha256-5KYv+PUboo5h+0+YAtGRPbwv5d/QxzHslP4YGnUaxRw=';`,
  )
})
