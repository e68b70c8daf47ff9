/** One broken rule. */
export interface Mutant {
  readonly name: string
  /** The rule that it breaks, and the guarantee that falls. */
  readonly breaks: string
  readonly file: string
  /** Stands in the file once. */
  readonly find: string
  readonly put: string
  /** The jobs that go where it is, the likeliest first. */
  readonly jobs: readonly string[]
}
