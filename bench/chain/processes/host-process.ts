/**
 * A process with one host of a chain, over a file of its own.
 *
 * @module
 */
import { appendFile, open } from 'node:fs/promises'
import { join } from 'node:path'
import { type Hosted, openHosted } from '@darq/runtime'
import type { Route } from '@darq/runtime/transport'
import { routeKind } from '../../../runtime-ts/src/crest/wire/route.ts'
import { Medium } from '../../../runtime-ts/src/storage/memory.ts'
import { storageOver } from '../../../runtime-ts/src/storage/store.ts'
import { link, nextOf, type Request } from '../link.ts'
import { ownTime_ms } from '../stations/processor-time.ts'
import type { Ask, HostSpec, Told } from './asks.ts'
import { FileCells } from './file-cells.ts'
import { Wire } from './wire.ts'

const [, , json = '{}'] = process.argv
const spec: HostSpec = JSON.parse(json)

function tell(told: Told): void {
  process.send?.(told)
}

async function openLibrary({ folder, key, flush_ms, k = 0 }: HostSpec): Promise<(ask: Ask) => void> {
  const wire = await Wire.open(folder, key, (from, frame) => {
    try {
      hosted.engine.receive(from, frame)
    } catch (error) {
      console.error(`${key}: a frame of ${from}`, error)
    }
  })
  const transport = { send: (to: string, frame: Uint8Array) => wire.send(to, frame) }
  const others: Route = {
    [routeKind]: 'route',
    address: (name) => name.slice('link/'.length),
    transport: () => transport,
    link: () => {
      throw new TypeError('its clients reach each host directly')
    },
  }
  const medium = new Medium()
  const storage = storageOver({
    durability: () => 'strict',
    connect: () => FileCells.open(join(folder, `${key}.log`), medium, flush_ms),
  })
  const hosted: Hosted = await openHosted({
    name: key,
    participants: [link],
    lives: (name) => name === `link/${key}`,
    routes: { 'link/*': others },
    storage,
    k: k < 0 ? Number.POSITIVE_INFINITY : k,
    reply: transport,
    onError: (error, where) => console.error(`${key}: ${where}: ${error.message}`),
  })
  return (ask) => answer(hosted, ask)
}

function answer(hosted: Hosted, ask: Ask): void {
  const { id } = ask
  const done = () => tell({ id, done: true })
  const failed = (error: unknown) => tell({ id, error: String(error) })
  if (ask.ask === 'enqueue') hosted.link.enqueue(ask.request, (graded) => tell({ id, graded })).then(done, failed)
  else if (ask.ask === 'watch')
    hosted.link.watch(ask.request, (view) => tell({ id, view }), new AbortController().signal).then(done, failed)
  else if (ask.ask === 'counts') {
    const { commits, frames_sent, questions_asked, dependencies_sent } = hosted.engine.counts
    const cpu_ms = ownTime_ms()
    const counts = { commits, frames: frames_sent, questions: questions_asked, dependencies: dependencies_sent, cpu_ms }
    tell({ id, counts })
  } else failed('a host with this library passes nothing by hand')
}

/** Each object notes a request, and calls the next when that is on the disk. */
async function openGated({ folder, key, flush_ms }: HostSpec): Promise<(ask: Ask) => void> {
  const path = join(folder, `${key}.log`)
  await appendFile(path, '')
  const file = await open(path, 'a')
  const waiting = new Map<number, (value: unknown) => void>()
  let calls = 0
  async function pass(request: Request): Promise<void> {
    await file.appendFile(`${JSON.stringify(request)}\n`)
    await file.sync()
    if (flush_ms > 0) await new Promise<void>((resolve) => setTimeout(resolve, flush_ms))
    const next = nextOf(key)
    if (next === undefined) return
    calls += 1
    const { promise, resolve } = Promise.withResolvers<unknown>()
    waiting.set(calls, resolve)
    send(next, { call: calls, request })
    await promise
  }
  const send = (to: string, message: unknown) => wire.send(to, Buffer.from(JSON.stringify(message)))
  const wire = await Wire.open(folder, key, (from, bytes) => {
    const { call, request }: { call: number; request?: Request } = JSON.parse(Buffer.from(bytes).toString())
    if (request === undefined) {
      waiting.get(call)?.(undefined)
      waiting.delete(call)
    } else void pass(request).then(() => send(from, { call }))
  })
  return (ask) => {
    const { id } = ask
    if (ask.ask === 'counts') {
      tell({ id, counts: { commits: 0, frames: 0, questions: 0, dependencies: 0, cpu_ms: ownTime_ms() } })
    } else if (ask.ask === 'pass') {
      const done = () => tell({ id, done: true })
      pass(ask.request).then(done, (error: unknown) => tell({ id, error: String(error) }))
    } else tell({ id, error: 'a plain object has no log' })
  }
}

const answering = await (spec.k === undefined ? openGated(spec) : openLibrary(spec))
process.on('message', answering)
process.on('disconnect', () => process.exit())
tell({ id: 0, done: true })
