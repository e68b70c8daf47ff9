/**
 * Operators that keep nothing.
 *
 * @module
 */
import { refusePromise } from './erased.ts'
import type { MapNode } from './node.ts'
import { iterable, type Push } from './operator.ts'

/** @returns what takes the operator's values, and gives what becomes of them to `out` */
export function statelessInput({ kind, change }: MapNode, out: Push): Push {
  switch (kind) {
    case 'map':
      return (value) => {
        const changed = change(value)
        refusePromise(changed)
        out(changed)
      }
    case 'filter':
      return (value) => {
        const isKept = change(value)
        refusePromise(isKept)
        if (isKept === true) out(value)
      }
    case 'flatMap':
      return (value) => {
        for (const one of iterable(change(value))) out(one)
      }
  }
}
