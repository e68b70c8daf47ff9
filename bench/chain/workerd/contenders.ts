/**
 * Which class of Durable Objects, under which binding, makes up the chains of a contender.
 *
 * @module
 */
import type { ContenderName } from '../contenders.ts'

export const bindings = ['GATED', 'K0', 'K1', 'K4', 'FREE'] as const
export type Binding = (typeof bindings)[number]

export const bindingOf: Readonly<Record<ContenderName, Binding>> = {
  gated: 'GATED',
  'k=0': 'K0',
  'k=1': 'K1',
  'k=4': 'K4',
  'k=∞': 'FREE',
}

/** The classes have the names of their bindings. */
export type Environment<Objects> = Readonly<Record<Binding, Objects>> & {
  /** Waited for after each flush. */
  readonly FLUSH_MS: number
}
