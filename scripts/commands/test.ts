/**
 * `npm test`: everything, in Node, workerd and Chromium, in Firefox and WebKit where they are, and one small run of the demo
 * under crashes.
 */
import { prepareFurtherBrowsers } from '../browsers/further.ts'
import { runStatic } from '../checks.ts'
import { useChromium } from '../chromium.ts'
import { conclude, runStage, runVitest } from '../stage.ts'

useChromium()
console.log(`Chromium: ${process.env.CHROMIUM}`)
prepareFurtherBrowsers()

conclude([
  ...(await runStatic()),
  await runVitest('tests', []),
  await runStage('simulator', 'node', ['test/simulate.ts', '--seeds', '1..20', '--quiet']),
  await runStage('demo under crashes', 'node', [
    'scripts/commands/demo-check.ts',
    ...['--data', 'node_modules/vega-datasets/data/flights-5k.json', '--seed', '1', '--kills', '3'],
  ]),
])
