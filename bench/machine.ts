/**
 * The machine that a benchmark ran on: what matters for its figures, and nothing that names it.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { cpus, loadavg, release, totalmem, type } from 'node:os'

export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memory_gib: number
  readonly system: string
  /** Processes that wanted to run in the last minute, per core, before the benchmark began. Over 0.5 the figures are noisy. */
  readonly load_per_core: number
}

export function thisMachine(): Machine {
  const processors = cpus()
  return {
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memory_gib: Math.round(totalmem() / 2 ** 30),
    system: `${distribution()}${type()} ${release().split('.').slice(0, 2).join('.')}`,
    load_per_core: (loadavg()[0] ?? 0) / Math.max(1, processors.length),
  }
}

function distribution(): string {
  try {
    const [, name] = /^PRETTY_NAME="?([^"\n]*)/m.exec(readFileSync('/etc/os-release', 'utf8')) ?? []
    return name === undefined ? '' : `${name}, `
  } catch {
    return '' // not a Linux that says so
  }
}
