import { runProgram } from './program.ts'

/** @returns the files of the package in `folder` that npm would pack, from there */
export async function packedPaths(folder: string): Promise<readonly string[]> {
  const answer: unknown = JSON.parse(await runProgram('npm', ['pack', '--dry-run', '--json'], { cwd: folder }))
  // An array of packages; since npm 12 an object of them.
  const [packed]: { files: { path: string }[] }[] = Object.values(Object(answer))
  return packed?.files.map(({ path }) => path) ?? []
}
