/** Asked before each request; a real page would keep the token until it is about to expire. */
export async function visitorToken(): Promise<string> {
  const response = await fetch('/token')
  if (!response.ok) throw new Error(`no token: ${response.status}`)
  return await response.text()
}
