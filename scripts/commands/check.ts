/** `npm run check`: types, lint, format, layers, unit tests. Under a minute. */
import { runStatic, runUnitTests } from '../checks.ts'
import { conclude } from '../stage.ts'

conclude([...(await runStatic()), await runUnitTests()])
