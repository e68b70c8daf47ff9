/**
 * `npm test`: everything, in Node, workerd and Chromium, in Firefox and WebKit where they are, and one small run of the demo
 * under crashes.
 */
import { prepareFurtherBrowsers } from '../browsers/further.ts'
import { runStatic } from '../checks.ts'
import { useChromium } from '../chromium.ts'
import { conclude, runStage, runVitest } from '../stage.ts'

/** For each guarantee, a broken rule that the first seeds catch. */
const mutants = [
  ...['half-a-step-consumed', 'gap-taken', 'ack-before-durable', 'epoch-not-written-first', 'generation-not-checked'],
  ...['receipt-before-durable', 'committed-before-written', 'send-before-committed', 'effect-before-committed'],
  ...['checkpoint-drops-pending', 'out-not-recovered', 'moved-timer-lost-sight-of', 'contradiction-not-told'],
]

useChromium()
console.log(`Chromium: ${process.env.CHROMIUM}`)
prepareFurtherBrowsers()

conclude([
  ...(await runStatic()),
  await runVitest('tests', []),
  await runStage('public surface', 'node', ['scripts/commands/api.ts', '--check']),
  // A fixed budget of about a minute and a half of one processor: `npm run simulate -- --seeds A..B` and `-- --mutants` do it all.
  await runStage('simulator', 'node', ['test/simulate.ts', '--seeds', '1..80', '--quiet']),
  await runStage('mutants', 'node', ['test/simulate.ts', '--mutants', '--only', mutants.join(), '--quiet']),
  // The quick half; `-- --all` adds the other bundlers.
  await runStage('consumers', 'node', ['scripts/commands/consumers.ts']),
  await runStage('demo under crashes', 'node', [
    'scripts/commands/demo-check.ts',
    ...['--data', 'node_modules/vega-datasets/data/flights-5k.json', '--seed', '1', '--kills', '3'],
  ]),
])
