/**
 * What is compared: a chain of plain gated objects, and this library with several K.
 *
 * @module
 */

/** `gated`: without this library. The others: with it, by how many hosts' failures may revoke a message that leaves. */
export const contenderNames = ['gated', 'k=0', 'k=1', 'k=4', 'k=∞'] as const
export type ContenderName = (typeof contenderNames)[number]

/** @returns `undefined` for the one without this library */
export function kOf(contender: ContenderName): number | undefined {
  switch (contender) {
    case 'gated':
      return undefined
    case 'k=0':
      return 0
    case 'k=1':
      return 1
    case 'k=4':
      return 4
    case 'k=∞':
      return Number.POSITIVE_INFINITY
  }
}
