/**
 * Time on the processor, which other processes' load doesn't stretch as it stretches time on the clock.
 *
 * @module
 */
import { readFile } from 'node:fs/promises'

/** Of this process, in milliseconds. */
export function ownTime_ms(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/** Linux counts in hundredths of a second for programs to see, whatever its own clock does. */
const tick_ms = 10
/** In `/proc/<pid>/stat`, counted from behind the name, which may hold spaces. */
const user_at = 11
const system_at = 12

/** Of another process, in steps of 10 ms. `undefined`: this system does not say. */
export async function timeOf_ms(pid: number): Promise<number | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[user_at]) + Number(fields[system_at])) * tick_ms
  } catch {
    return undefined
  }
}
