/**
 * The names of core.wasm's functions, for profiles: the shipped module has none, to be small.
 *
 * @module
 */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const core = join(import.meta.dirname, '..', '..', 'core-as')
const programs = join(core, '..', 'node_modules', '.bin')
const CODE = 10
const FUNCTION_NAMES = 1

/**
 * Builds the module once more, with names, into a folder for temporary files.
 *
 * @returns names by function index; empty when the compiler is not there, or when its code is not that of the shipped module
 */
export async function wasmFunctionNames(): Promise<ReadonlyMap<number, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'darq-bench-names-'))
  try {
    const named = join(folder, 'core.wasm')
    for (const [program, args] of await buildCommands(named)) {
      await run(join(programs, program), args, { cwd: core })
    }
    const [built, shipped] = await Promise.all([readFile(named), readFile(join(core, 'build', 'core.wasm'))])
    const [code, shippedCode] = [sectionOf(built, isSection(CODE)), sectionOf(shipped, isSection(CODE))]
    if (code === undefined || shippedCode === undefined || !code.equals(shippedCode)) return new Map()
    return functionNames(built)
  } catch (error) {
    // Without the compiler's programs functions go by their number.
    if (error instanceof Error && 'code' in error) return new Map()
    throw error
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The package's own build, so that it can't drift from it, with names kept. */
async function buildCommands(to: string): Promise<[string, string[]][]> {
  const { scripts }: { scripts: { build: string } } = JSON.parse(await readFile(join(core, 'package.json'), 'utf8'))
  return scripts.build.split(' && ').map((line) => {
    const [program = '', ...args] = line.split(' ').map((word) => (word === 'build/core.wasm' ? to : word))
    return [program, program === 'asc' ? [...args, '--debug', '--outFile', to] : [...args, '-g']]
  })
}

/** The names in the module's name section, without the folder of the sources. */
export function functionNames(module: Buffer): Map<number, string> {
  const names = new Map<number, string>()
  const section = sectionOf(module, (_, body) => body.subarray(1, 5).toString() === 'name' && body[0] === 4)
  if (section === undefined) return names
  const reader = new Reader(section, 5)
  while (!reader.done) {
    const kind = reader.byte()
    const end = reader.number() + reader.at
    if (kind === FUNCTION_NAMES) {
      for (let left = reader.number(); left > 0; left--)
        names.set(reader.number(), reader.text().replace('assembly/', ''))
    }
    reader.at = end
  }
  return names
}

function isSection(wanted: number): (id: number) => boolean {
  return (id) => id === wanted
}

function sectionOf(module: Buffer, matches: (id: number, body: Buffer) => boolean): Buffer | undefined {
  for (const reader = new Reader(module, 8); !reader.done; ) {
    const id = reader.byte()
    const bytes = reader.number()
    const body = module.subarray(reader.at, reader.at + bytes)
    if (matches(id, body)) return body
    reader.at += bytes
  }
  return undefined
}

class Reader {
  readonly #bytes: Buffer
  at: number

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes
    this.at = at
  }

  get done(): boolean {
    return this.at >= this.#bytes.length
  }

  byte(): number {
    return this.#bytes.readUInt8(this.at++)
  }

  /** LEB128, unsigned. */
  number(): number {
    let value = 0
    for (let factor = 1; ; factor *= 128) {
      const byte = this.byte()
      value += (byte & 127) * factor
      if (byte < 128) return value
    }
  }

  text(): string {
    const bytes = this.number()
    this.at += bytes
    return this.#bytes.toString('utf8', this.at - bytes, this.at)
  }
}
