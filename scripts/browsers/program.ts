/**
 * Where programs are.
 *
 * @module
 */
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/**
 * @param variable the environment variable that may name the program
 * @returns that, else every file on PATH with one of the names
 * @throws {Error} when the variable names something that isn't there
 */
export function programs(variable: string, names: readonly string[]): readonly string[] {
  const named = process.env[variable]
  if (named) {
    if (existsSync(named)) return [named]
    throw new Error(`${variable} names ${named}, which isn't there`)
  }
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).filter((file) => existsSync(file))
}
