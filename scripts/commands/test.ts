/** `npm test`: everything, in Node, workerd and Chromium, and one small run of the demo under crashes. */
import { runStatic } from '../checks.ts'
import { ensureChromium } from '../chromium.ts'
import { conclude, runStage, runVitest } from '../stage.ts'

// The test configuration and the demo read it.
process.env.CHROMIUM = ensureChromium()
console.log(`Chromium: ${process.env.CHROMIUM}`)

conclude([
  ...(await runStatic()),
  await runVitest('tests', []),
  await runStage('demo under crashes', 'node', [
    'scripts/commands/demo-check.ts',
    ...['--data', 'node_modules/vega-datasets/data/flights-5k.json', '--seed', '1', '--kills', '3'],
  ]),
])
