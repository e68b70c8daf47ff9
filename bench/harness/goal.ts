/**
 * A goal that was set before anything was measured, and what came of it.
 *
 * @module
 */

export interface Goal {
  readonly goal: string
  readonly where: string
  /** `undefined`: not measured in this run. */
  readonly got: string | undefined
  /** The same by the section in the middle of each round, where that makes sense: what an idle machine would show. */
  readonly typical?: string | undefined
  readonly met: boolean | undefined
}

/** One line of the end of a run. */
export function goalLine({ goal, where, got, typical, met }: Goal): string {
  const mark = met === undefined ? '?' : met ? '✓' : '✗'
  const beside = typical === undefined ? '' : `, typical section ${typical}`
  return `${mark} ${goal} (${where}): ${got ?? 'not measured'}${beside}`
}
