/**
 * Whether the job was under way, and at which pace: so that a page that crashed goes on when it is opened again.
 *
 * @module
 */
/** @returns the pace of a run of that name that nobody paused */
export function rememberedRun(name: string): string | undefined {
  return localStorage.getItem(name) ?? undefined
}

export function rememberRun(name: string, pace: string | undefined): void {
  if (pace === undefined) localStorage.removeItem(name)
  else localStorage.setItem(name, pace)
}
