/**
 * A worker that commits without end, each commit in several values, and says when each is durable: made to be killed.
 */
import { indexedDB } from '../../runtime-ts/src/storage/indexed-db.ts'
import { commit, epoch, noise, readAll, version } from './place.ts'

interface Order {
  readonly name: string
  readonly epoch: number
  readonly commit_bytes: number
}

async function run({ name, epoch: at, commit_bytes }: Order): Promise<void> {
  const opened = await indexedDB(name).open()
  let next = (await readAll(opened)).at(-1)?.version ?? 0
  const owner = await opened.claim(epoch(at), version(next), new Uint8Array(0))
  for (;;) {
    next++
    await owner.commit(commit(next, noise(commit_bytes, next), { keepFrom: version(Math.max(1, next - 3)) }))
    postMessage(next)
  }
}

addEventListener('message', ({ data }: MessageEvent<Order>) => {
  run(data).catch((error: unknown) => postMessage(String(error)))
})
