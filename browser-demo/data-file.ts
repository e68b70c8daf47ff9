/** The file of flights that the page works on, unless it is told another. */
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** Absolute path of the 20,000 flights. */
export const flightsFile = join(
  dirname(createRequire(import.meta.url).resolve('vega-datasets')),
  '..',
  'data',
  'flights-20k.json',
)
