/**
 * Time on the processor of processes and all their children: it is stretched less than time on the clock when the machine
 * does something else as well.
 *
 * @module
 */
import { readdirSync, readFileSync } from 'node:fs'

/** Linux counts in hundredths of a second for programs to see, whatever its own clock does. */
const tick_ms = 10

/** What `/proc/<pid>/stat` says of one process. */
export interface ProcessStat {
  readonly pid: number
  readonly parent: number
  /** Its own, and that of its children that have ended. */
  readonly time_ms: number
}

/** @param line of `/proc/<pid>/stat`; the name in it may hold spaces and parentheses */
export function parseStat(line: string): ProcessStat {
  const fields = line
    .slice(line.lastIndexOf(')') + 2)
    .trim()
    .split(' ')
    .map(Number)
  const [, parent = 0] = fields
  const ticks = fields.slice(11, 15).reduce((total, value) => total + value, 0)
  return { pid: Number.parseInt(line, 10), parent, time_ms: ticks * tick_ms }
}

/** @returns those of `roots`, and all that descend from them */
export function treeOf(roots: readonly number[], stats: readonly ProcessStat[]): ProcessStat[] {
  const inTree = new Set(roots)
  for (let size = -1; size !== inTree.size; ) {
    size = inTree.size
    for (const { pid, parent } of stats) if (inTree.has(parent)) inTree.add(pid)
  }
  return stats.filter(({ pid }) => inTree.has(pid))
}

/** @returns milliseconds so far, in steps of 10. `undefined`: this system does not say */
export function timeOf_ms(roots: readonly number[]): number | undefined {
  const stats = readStats()
  if (stats.length === 0) return undefined
  return treeOf(roots, stats).reduce((total, { time_ms }) => total + time_ms, 0)
}

function readStats(): ProcessStat[] {
  return pids().flatMap((pid) => {
    try {
      return [parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'))]
    } catch {
      return [] // it has ended since
    }
  })
}

function pids(): string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  } catch {
    return [] // not a Linux
  }
}
