/**
 * The plug of the edge: who serves the page on this machine has one, a deployment has none.
 *
 * @module
 */

export async function hasPlug(): Promise<boolean> {
  const response = await fetch('/demo/plug').catch(() => undefined)
  return response?.ok === true
}

/** Kills the process that the edge runs in (SIGKILL). @returns whether there was one */
export async function pullPlug(): Promise<boolean> {
  const response = await fetch('/demo/plug', { method: 'POST' }).catch(() => undefined)
  return response?.ok === true
}
