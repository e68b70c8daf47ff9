/**
 * Names of databases.
 *
 * @module
 */
let count = 0

/** A name that no test has used, also none of an earlier run. */
export function newName(): string {
  return `storage ${Date.now()} ${count++}`
}
