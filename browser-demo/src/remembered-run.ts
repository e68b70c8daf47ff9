/**
 * Whether the job was under way, and at which pace: so that a page that crashed goes on when it is opened again.
 *
 * @module
 */
const key = 'flights-run'

/** @returns the pace of a run that nobody paused */
export function rememberedRun(): string | undefined {
  return localStorage.getItem(key) ?? undefined
}

export function rememberRun(pace: string | undefined): void {
  if (pace === undefined) localStorage.removeItem(key)
  else localStorage.setItem(key, pace)
}
