/**
 * `npm run api`: writes the public surface of every entry to docs/api. `-- --check` writes nothing, and ends with 1 when what
 * is there differs from the source.
 */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { apiReports } from '../release/api-report.ts'
import { root } from '../root.mjs'

const folder = join(root, 'docs', 'api')
const isCheck = process.argv.includes('--check')
const reports = new Map((await apiReports()).map(({ name, text }) => [`${name}.api.md`, text]))
const present = await readdir(folder).catch((): string[] => [])
const differing: string[] = present.filter((file) => !reports.has(file))
for (const [file, text] of reports) {
  const before = await readFile(join(folder, file), 'utf8').catch(() => undefined)
  if (before !== text) differing.push(file)
}
if (isCheck) {
  for (const file of differing)
    console.error(`docs/api/${file} is not what the source says: npm run api writes it anew`)
  console.log(`${reports.size} reports, ${differing.length} of them differ`)
  process.exitCode = differing.length === 0 ? 0 : 1
} else {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  for (const [file, text] of reports) await writeFile(join(folder, file), text)
  console.log(`${reports.size} reports in docs/api, ${differing.length} of them changed`)
}
