/**
 * Counts the flushes of a process and its children: each `fsync` and `fdatasync` is noted in a file by `strace`, which stops
 * them at nothing else.
 *
 * @module
 */
import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import type { FlushNotes } from './contenders/contender.ts'

const calls = ['fsync', 'fdatasync']
/** The traced process stays our child, the tracer is set aside: so signals reach whom they are meant for. */
const tracing = ['-D', '-f', '--seccomp-bpf', '-qq', '-e', 'signal=none', '-e', `trace=${calls.join(',')}`]

/** Whether this machine has a strace that can do this. */
export function canCountFlushes(): boolean {
  return spawnSync('strace', [...tracing, '-o', '/dev/null', 'true']).status === 0
}

export interface FlushCount extends FlushNotes {
  /** Since the process was started. */
  count(): Promise<number>
}

/** @param file that is not there yet: the tracer makes it, and may run as another user */
export function noteFlushes(file: string): FlushCount {
  return {
    prefix: ['strace', ...tracing, '-o', file],
    count: async () => flushesIn(await readFile(file, 'utf8')),
  }
}

/** @param notes a line for each call, or two when another thread's came between its beginning and its end */
export function flushesIn(notes: string): number {
  return notes.split('\n').filter((line) => calls.some((call) => new RegExp(`^\\d+ +${call}\\(`).test(line))).length
}
