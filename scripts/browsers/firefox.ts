/**
 * Finds Firefox.
 *
 * @module
 */
import { programs } from './program.ts'

/**
 * @returns the path of a Firefox: what FIREFOX names, else the first on PATH
 * @throws {Error} when FIREFOX names something that isn't there: a wish that can't be met is not passed over
 */
export function findFirefox(): string | undefined {
  return programs('FIREFOX', ['firefox-esr', 'firefox'])[0]
}
