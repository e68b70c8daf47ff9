/** `npm run bench -- <benchmark> [options]`. @module */
import { runChainBenchmark } from './chain/index.ts'
import { runCoreBenchmark } from './core/index.ts'
import { runPipelineBenchmark } from './pipeline/index.ts'
import { runStreamBenchmark } from './stream/index.ts'
import { runWorkflowBenchmark } from './workflow/index.ts'

const benchmarks: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = {
  chain: runChainBenchmark,
  core: runCoreBenchmark,
  pipeline: runPipelineBenchmark,
  stream: runStreamBenchmark,
  workflow: runWorkflowBenchmark,
}

const [name = '', ...args] = process.argv.slice(2)
const run = benchmarks[name]
if (run === undefined) {
  console.error(`Which benchmark? One of: ${Object.keys(benchmarks).join(', ')}. Got '${name}'.`)
  process.exitCode = 2
} else {
  await run(args)
}
