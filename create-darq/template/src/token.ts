let held: { readonly token: Promise<string>; readonly until_ms: number } | undefined

/** Asked before each request to the edge. A token is good for an hour; it is kept for half of that. */
export function visitorToken(): Promise<string> {
  if (held === undefined || held.until_ms < Date.now())
    held = { token: fetchToken(), until_ms: Date.now() + 30 * 60_000 }
  // What has failed is not kept.
  held.token.catch(() => {
    held = undefined
  })
  return held.token
}

async function fetchToken(): Promise<string> {
  const response = await fetch('/token')
  if (!response.ok) throw new Error(`no token: ${response.status}`)
  return await response.text()
}
