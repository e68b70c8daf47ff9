/** `npm run bench`: bench/index.ts, when it is there. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const file = join(import.meta.dirname, '../../bench/index.ts')
if (existsSync(file)) await import(file)
else {
  console.error('There is no benchmark yet: bench/index.ts is not written.')
  process.exitCode = 1
}
