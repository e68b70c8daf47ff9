/** The smaller files of flights. */
import { dirname, join } from 'node:path'
import { flightsFile } from '../data-file.ts'

export function dataFile(name: 'flights-5k.json' | 'flights-10k.json'): string {
  return join(dirname(flightsFile), name)
}
