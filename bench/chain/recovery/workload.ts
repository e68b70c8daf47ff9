/**
 * Under which name its rows stand.
 *
 * @module
 */
export function recoveryOf(length: number): string {
  return length === 1 ? 'SIGKILL, 1 host' : `SIGKILL, ${length} hosts`
}
