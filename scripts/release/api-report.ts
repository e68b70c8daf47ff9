/**
 * The public surface as text: a report for each entry of each package, made from the declarations that are published. A change
 * of the surface shows as a change of these files.
 *
 * @module
 */
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor'
import { layOutPackages } from './lay-out.ts'

/** A report is `docs/api/<name>.api.md`: `runtime-workflow` for `@darq/runtime/workflow`. */
export interface ApiReport {
  readonly name: string
  readonly text: string
}

interface PublishedEntry {
  readonly name: string
  /** The package's, absolute. */
  readonly folder: string
  /** Its declarations, relative to the folder. */
  readonly types: string
}

/** @returns a report for each entry, as the source stands now */
export async function apiReports(): Promise<readonly ApiReport[]> {
  await using laidOut = await layOutPackages()
  const entries = (await Promise.all(laidOut.packages.map(({ folder }) => entriesOf(folder)))).flat()
  return await Promise.all(entries.map((entry) => report(entry, join(laidOut.folder, 'reports'))))
}

async function entriesOf(folder: string): Promise<readonly PublishedEntry[]> {
  // A package without exports is a program.
  const { name, exports = {} }: { name: string; exports?: Record<string, string | { types?: string }> } = JSON.parse(
    await readFile(join(folder, 'package.json'), 'utf8'),
  )
  return Object.entries(exports).flatMap(([entry, target]) => {
    const types = typeof target === 'string' ? undefined : target.types
    const words = `${name.replace('@darq/', '')}${entry.slice(1).replaceAll('/', '-')}`
    return types === undefined ? [] : [{ name: words, folder, types }]
  })
}

async function report({ name, folder, types }: PublishedEntry, into: string): Promise<ApiReport> {
  await mkdir(into, { recursive: true })
  const entry = join(folder, types)
  const silent = { default: { logLevel: ExtractorLogLevel.None } }
  const compilerOptions = {
    target: 'es2022',
    module: 'nodenext',
    moduleResolution: 'nodenext',
    lib: ['es2024', 'esnext.disposable', 'dom', 'dom.iterable', 'dom.asynciterable'],
    strict: true,
    skipLibCheck: true,
    types: [],
  }
  const config = ExtractorConfig.prepare({
    configObject: {
      projectFolder: folder,
      mainEntryPointFilePath: entry,
      compiler: { overrideTsconfig: { compilerOptions, files: [entry] } },
      apiReport: { enabled: true, reportFileName: name, reportFolder: into, reportTempFolder: join(into, 'temporary') },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      newlineKind: 'lf',
      messages: { extractorMessageReporting: silent, tsdocMessageReporting: silent },
    },
    configObjectFullPath: undefined,
    packageJsonFullPath: join(folder, 'package.json'),
  })
  const { errorCount } = Extractor.invoke(config, {
    localBuild: true,
    // Its own words are about files that it has just made.
    messageCallback: (message) => {
      if (message.category === 'console') message.logLevel = ExtractorLogLevel.None
    },
  })
  if (errorCount > 0) throw new Error(`the declarations of ${name} have ${errorCount} errors`)
  return { name, text: await readFile(join(into, `${name}.api.md`), 'utf8') }
}
