/**
 * The bundlers with which the tutorial's app is built, and what has to be told to each. Their versions are locked in
 * `test/consumers/tools`, their configurations stand beside.
 *
 * @module
 */

export interface Bundler {
  /** A folder of `test/consumers/tools`. */
  readonly name: string
  /** Where in the tutorial's files something else has to stand: file, what stands there, what has to. */
  readonly changes: readonly (readonly [file: string, from: string, to: string])[]
  /** Whether `npm test` tries it; a release tries all. */
  readonly isQuick: boolean
}

/** Who bundles page and worker each for itself says where the worker and core.wasm are. */
const byHand: Bundler['changes'] = [
  ['index.html', 'votes.page.ts', 'votes.page.js'],
  ['votes.page.ts', './votes.worker.ts', './votes.worker.js'],
  ['votes.worker.ts', "name: 'votes-tab',", "name: 'votes-tab',\n  wasm: '/core.wasm',"],
]

export const bundlers: readonly Bundler[] = [
  { name: 'vite', changes: [], isQuick: true },
  { name: 'esbuild', changes: byHand, isQuick: true },
  { name: 'rollup', changes: byHand, isQuick: false },
  {
    name: 'webpack',
    changes: [['index.html', '<script type="module" src="votes.page.ts"></script>', '']],
    isQuick: false,
  },
  { name: 'next', changes: [], isQuick: false },
]
