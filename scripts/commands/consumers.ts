/**
 * `npm run consumers`: our packages as strangers use them. From a registry on this machine into folders outside of the repository:
 * types under two compilers, and the tutorial's app with bundlers, in Chromium, with its edge in wrangler. `-- --all`: every bundler.
 * `-- --only NAME`: one.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { bundlers } from '../consumers/bundlers.ts'
import { buildConsumer, installConsumer } from '../consumers/consumer.ts'
import { startEdge } from '../consumers/edge.ts'
import { servePage } from '../consumers/page-server.ts'
import { checkTypes } from '../consumers/types.ts'
import { voteInChromium } from '../consumers/visit.ts'
import { buildPackages } from '../release/build-packages.ts'
import { checkPackages, packPackages } from '../release/package-checks.ts'
import { type Registry, startRegistry } from '../release/registry.ts'
import { measureSizes, sizesTable } from '../release/sizes.ts'
import { conclude, type StageResult } from '../stage.ts'

const { values } = parseArgs({ options: { all: { type: 'boolean' }, only: { type: 'string' } } })
const chosen = bundlers.filter(({ name, isQuick }) => values.only === name || (!values.only && (values.all || isQuick)))
if (chosen.length === 0)
  throw new Error(`--only names none of ${bundlers.map(({ name }) => name).join(', ')}: ${values.only}`)

const folder = await mkdtemp(join(tmpdir(), 'darq-consumers-'))
try {
  const packages = await buildPackages(join(folder, 'packages'))
  const stages = [
    await stage('publint and attw', async () => {
      await checkPackages(packages, await packPackages(packages, join(folder, 'packed')))
    }),
  ]
  await using registry = await startRegistry()
  await registry.publish(packages)
  stages.push(await stage('types', () => checkTypes(registry)))
  stages.push(...(await tryApps(registry)))
  conclude(stages)
} finally {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
}

async function tryApps(registry: Registry): Promise<StageResult[]> {
  const stages: StageResult[] = []
  const disposables = new AsyncDisposableStack()
  let edge = new URL('http://127.0.0.1/')
  stages.push(
    await stage('wrangler: deploy --dry-run, dev', async () => {
      const { url, folder: installed, script_bytes } = disposables.use(await startEdge(registry))
      edge = url
      console.log(`wrangler would deploy a script of ${(script_bytes / 1000).toFixed(0)} kB, not minified`)
      console.log(sizesTable(await measureSizes(installed)))
    }),
  )
  let votes = 0
  if (stages[0]?.failed === 0)
    for (const bundler of chosen)
      stages.push(
        await stage(`${bundler.name}: install, build, vote`, async () => {
          await using consumer = await installConsumer(bundler, registry)
          await using page = await servePage(await buildConsumer(consumer), edge)
          await voteInChromium(page.url, join(folder, `profile-${bundler.name}`), votes + 1)
          votes += 1
        }),
      )
  await disposables.disposeAsync()
  return stages
}

async function stage(name: string, run: () => Promise<void>): Promise<StageResult> {
  const started_ms = performance.now()
  console.log(`\n── ${name}`)
  const error: unknown = await run().catch((thrown: unknown) => thrown ?? new Error('failed'))
  if (error !== undefined) console.error(error instanceof Error ? error.message : error)
  const failed = error === undefined ? 0 : 1
  return { name, passed: 1 - failed, failed, seconds: (performance.now() - started_ms) / 1000 }
}
