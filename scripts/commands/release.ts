/**
 * `npm run release`: versions and changelog, build, pack, checks, and a rehearsal against a registry on this machine. Then it publishes.
 * `-- --dry-run` leaves out the last step and changes nothing; `-- --versions` only writes versions and CHANGELOG.md, to be committed.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { lockedNode } from '../node.mjs'
import { buildPackages } from '../release/build-packages.ts'
import { rehearseNewFolder } from '../release/new-folder.ts'
import { checkPackages, packPackages } from '../release/package-checks.ts'
import { root } from '../release/packages.ts'
import { applyVersions, planRelease } from '../release/plan.ts'
import { runProgram } from '../release/program.ts'
import { startRegistry } from '../release/registry.ts'
import { rehearseFirstExample } from '../release/rehearsal.ts'
import { runStage } from '../stage.ts'

const { values } = parseArgs({ options: { 'dry-run': { type: 'boolean' }, versions: { type: 'boolean' } } })

if (values.versions) {
  await applyVersions(root)
  // Workspaces stand in the lock with their versions.
  await runProgram('npm', ['install', '--package-lock-only'], { cwd: root })
  console.log('Versions and CHANGELOG.md are written: look at them, and commit them.')
} else await release(values['dry-run'] === true)

async function release(isDryRun: boolean): Promise<void> {
  const { version, changelog, isPending } = await planRelease()
  if (!isDryRun) await checkReady(isPending)
  console.log(`── ${version}\n${changelog.slice(changelog.indexOf(`## ${version}`)).split(/\n(?=## )/)[0]}`)
  const packages = await buildPackages(join(root, 'build/packages'), { version, changelog })
  const packed = await packPackages(packages, join(root, 'build/packed'))
  await checkPackages(packages, packed)
  console.log(`── packed, and clean to publint and attw:\n${packed.join('\n')}`)
  await using registry = await startRegistry()
  await registry.publish(packages)
  console.log('── published to a registry on this machine, installed in an empty folder, the README’s first example:')
  for (const [node, said] of await rehearseFirstExample(registry, [lockedNode('22'), process.execPath]))
    console.log(`Node ${node} prints: ${said}`)
  console.log(`── npm create darq, from there, in an empty folder: ${(await rehearseNewFolder(registry)).join(', ')}`)
  if (isDryRun) return console.log('── dry run: nothing was published.')
  const consumers = await runStage('consumers', process.execPath, ['scripts/commands/consumers.ts', '--all'])
  if (consumers.failed > 0) throw new Error('a consumer failed, see above: nothing was published')
  for (const file of packed) await runProgram('npm', ['publish', file])
  console.log(`── published ${version}.`)
}

/** @throws {Error} that says what is still to be done before anything is published */
async function checkReady(isPending: boolean): Promise<void> {
  if (isPending)
    throw new Error('.changeset holds changes without a version: run `npm run release -- --versions` and commit')
  if ((await runProgram('git', ['status', '--porcelain'], { cwd: root })) !== '')
    throw new Error('the work tree has changes: what is published must be what is committed')
  if (JSON.parse(await readFile(join(root, 'package.json'), 'utf8')).repository === undefined)
    throw new Error('package.json names no repository: set its field `repository`, which all packages take over')
}
