/**
 * DBOS: a library in a process with an HTTP server, over PostgreSQL.
 *
 * @module
 */
import { randomUUID } from 'node:crypto'
import { installPeer, versionOf } from '../peers/install.ts'
import { openPostgresql } from '../peers/postgresql.ts'
import type { Open } from './contender.ts'
import { askSteps } from './http.ts'
import { start } from './process.ts'

/** As many as the most clients: with its default, 10, they wait for each other. */
const connections = 64

export function openDbos(say: (line: string) => void): Open {
  return async (context) => {
    const peer = await installPeer('dbos', say)
    const postgresql = await openPostgresql(context, say)
    const application = start({
      command: [process.execPath, '--disable-warning=DeprecationWarning', 'application.mjs'],
      cwd: peer,
      env: {
        NODE_ENV: 'production',
        DATABASE_URL: postgresql.url('bench'),
        POOL_SIZE: String(connections),
      },
    })
    const close = async () => {
      await application.stop()
      await postgresql.close()
    }
    try {
      const [, port] = await application.ready(/^listening (\d+)$/)
      return {
        version: `DBOS ${await versionOf(peer, '@dbos-inc/dbos-sdk')}, ${postgresql.version}`,
        durability: `PostgreSQL as shipped (fsync on, synchronous_commit on), ${connections} connections`,
        processes: [postgresql.pid, application.pid],
        client: () => () => askSteps('dbos', `http://127.0.0.1:${port}/`, { id: randomUUID() }),
        close,
      }
    } catch (error) {
      await close()
      throw error
    }
  }
}
