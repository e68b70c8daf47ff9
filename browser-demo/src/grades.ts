/**
 * Counts flights per grade. Sequences are dense and grades are reached in order, so one number per grade says it all:
 * everything up to that sequence has it.
 *
 * @module
 */

export interface Grades {
  readonly accepted: number
  readonly durable: number
  readonly committed: number
}

export class GradeCount implements Grades {
  accepted = 0
  durable = 0
  committed = 0

  /** Every flight up to `sequence` has reached `grade`, and with it the grades before. */
  reach(grade: keyof Grades, sequence: number): void {
    if (grade === 'committed') this.committed = Math.max(this.committed, sequence)
    if (grade !== 'accepted') this.durable = Math.max(this.durable, sequence)
    this.accepted = Math.max(this.accepted, sequence)
  }
}
