/** `npm run simulate`: test/simulate.ts, when it is there. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const file = join(import.meta.dirname, '../../test/simulate.ts')
if (existsSync(file)) await import(file)
else {
  console.error('There is no simulator yet: test/simulate.ts is not written.')
  process.exitCode = 1
}
