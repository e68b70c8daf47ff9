/**
 * A process that is down can't be killed: waits until the edge has come back from the kill before.
 *
 * @module
 */
const wait_ms_max = 15_000
const poll_ms = 20

/** Resolves when workerd answers there. @throws {Error} when it doesn't */
export async function edgeAnswers(url: URL): Promise<void> {
  for (const end_ms = performance.now() + wait_ms_max; ; ) {
    const response = await fetch(new URL('/demo/token', url)).catch(() => undefined)
    if (response?.ok) return
    if (performance.now() > end_ms) throw new Error(`the edge does not answer, ${wait_ms_max} ms after it was killed`)
    await new Promise((resolve) => setTimeout(resolve, poll_ms))
  }
}
