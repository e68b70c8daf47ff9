/**
 * What the runtime itself can be asked, at every DARQ.
 *
 * @module
 */

/** The messages that were set aside. */
export const deadLetters_query = '$deadLetters'
/** The answer to a client's call. */
export const answer_query = '$answer'

export function isBuiltinQuery(name: string): boolean {
  return name === deadLetters_query || name === answer_query
}
