/**
 * Time as the tables keep it: whole seconds since 1970 in 32 bits, good until 2106.
 *
 * @module
 */

/** @returns the second in which `ms` is, within what 32 bits hold; 0 for none */
export function seconds(ms: number | undefined): number {
  return ms === undefined ? 0 : Math.min(Math.max(Math.floor(ms / 1000), 0), 0xffff_ffff) || 0
}
