import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Ack, type Data, decodeFrame, encodeFrame } from '../../runtime-ts/src/engine/frame.ts'
import { Lineage } from '../../runtime-ts/src/engine/lineage.ts'
import type { Epoch, Version } from '../../runtime-ts/src/engine/types.ts'
import { messageFromJson } from '../../runtime-ts/src/transport/json.ts'
import { type Edge, openEdge } from './fixture/edge.ts'

// A real process, killed and started, on a machine that has more to do.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let edge: Edge
let token: string
let name: string
let counters = 0

beforeAll(async () => {
  edge = await openEdge()
  token = await edge.token()
})
afterAll(() => edge[Symbol.asyncDispose]())
beforeEach(() => {
  counters += 1
  name = `counter/${counters}`
})

const adding = (n: number) => messageFromJson('add', new TextEncoder().encode(String(n)))
const frame_bytes_max = 4 * 1024 * 1024

/** A frame of the host `tab#g1`, whose DARQ `source` sends to the test's counter. */
function data(change: Partial<Data> = {}): Uint8Array<ArrayBuffer> {
  const frame: Data = {
    type: 'data',
    host: 'tab#g1',
    epoch: 1000 as Epoch,
    lineage: Lineage.empty,
    durable: 1 as Version,
    settled: 1 as Version,
    from: 'source',
    to: name,
    addressee: '',
    first: 1,
    version: 1 as Version,
    dependencies: [],
    messages: new Uint8Array(0),
    count: 0,
    ...change,
  }
  return new Uint8Array(encodeFrame(frame))
}

async function post(body: BodyInit, init: { token?: string; to?: string; duplex?: 'half' } = {}): Promise<Response> {
  const { token: other, to, ...rest } = init
  const headers = { Authorization: `Bearer ${other ?? token}`, 'Content-Type': 'application/vnd.darq.frame' }
  return await fetch(`${edge.url}/${encodeURIComponent(to ?? name)}/frames`, { method: 'POST', headers, body, ...rest })
}

/** Sends the headers of a frame of that length, and nothing of the frame. @returns what comes back nevertheless */
function announce(bytes: number): Promise<Response> {
  const { promise, resolve, reject } = Promise.withResolvers<Response>()
  const headers = { Authorization: `Bearer ${token}`, 'Content-Length': bytes }
  const asking = request(`${edge.url}/${encodeURIComponent(name)}/frames`, { method: 'POST', headers })
  asking.on('error', reject)
  asking.on('response', (response) => {
    text(response).then((body) => {
      const { 'content-type': type = '' } = response.headers
      resolve(new Response(body, { status: response.statusCode ?? 0, headers: { 'Content-Type': type } }))
      asking.destroy()
    }, reject)
  })
  asking.flushHeaders()
  return promise
}

/** Posts a frame that is taken. @returns the one that answers it */
async function answered(frame: Uint8Array<ArrayBuffer>): Promise<Ack> {
  const response = await post(frame)
  const bytes = await response.bytes()
  if (response.status !== 200) throw new Error(new TextDecoder().decode(bytes))
  const ack = decodeFrame(bytes, frame_bytes_max)
  if (ack.type !== 'ack') throw new Error('expected an ack')
  return ack
}

/** Says hello. @returns the counter's host id */
const hello = async () => (await answered(data())).host

/** All of the counter that can be seen from outside. */
async function state(): Promise<unknown> {
  const get = async (path: string) => {
    const response = await fetch(`${edge.url}/${encodeURIComponent(name)}/${path}`, {
      headers: { Authorization: `Bearer ${token}` },
    })
    return await response.json()
  }
  const { epoch, messages_accepted, duplicates_refused, steps } = await get('counts')
  const expected = await get(`expected?producer=${encodeURIComponent('tab#g1/source')}`)
  return {
    epoch,
    messages_accepted,
    duplicates_refused,
    steps,
    expected,
    total: await get('queries/total'),
    pending: await get('pending'),
  }
}

describe('a good frame', () => {
  test('is answered when what it brought is committed', async () => {
    const addressee = await hello()
    const ack = await answered(data({ addressee, messages: adding(5), count: 1 }))
    expect(ack).toMatchObject({ from: name, to: 'source', addressee: 'tab#g1', echo: 1000, expected: 2, committed: 2 })
    expect(await state()).toMatchObject({ total: 5, expected: { expected: 2 } })
  })

  test('that comes again is answered again, and counts once', async () => {
    const addressee = await hello()
    const frame = data({ addressee, messages: adding(5), count: 1 })
    await Promise.all([answered(frame), answered(frame), answered(frame)])
    expect(await answered(frame)).toMatchObject({ expected: 2, committed: 2 })
    expect(await state()).toMatchObject({ total: 5, messages_accepted: 1, duplicates_refused: 3 })
  })

  test('that skips a message changes nothing; the answer says what is expected', async () => {
    const addressee = await hello()
    const before = await state()
    expect(await answered(data({ addressee, first: 3, messages: adding(5), count: 1 }))).toMatchObject({
      expected: 1,
      committed: 1,
    })
    expect(await state()).toEqual(before)
  })

  test('meant for a generation that is gone changes nothing; the answer says who lives here now', async () => {
    const host = await hello()
    const before = await state()
    const ack = await answered(data({ addressee: `${encodeURIComponent(name)}#gone`, messages: adding(5), count: 1 }))
    expect(ack).toMatchObject({ host, expected: 1 })
    expect(await state()).toEqual(before)
  })
})

describe('a bad frame changes nothing:', () => {
  let good: Uint8Array<ArrayBuffer>
  let before: unknown

  beforeEach(async () => {
    const addressee = await hello()
    await answered(data({ addressee, messages: adding(5), count: 1 }))
    good = data({ addressee, first: 2, messages: adding(7), count: 1 })
    before = await state()
  })

  async function refused(response: Promise<Response>, status: number, problem: object): Promise<void> {
    const { status: got, headers, json } = await read(response)
    expect(json).toMatchObject({ status, ...problem })
    expect(got).toBe(status)
    expect(headers.get('Content-Type')).toBe('application/problem+json')
    expect(await state()).toEqual(before)
  }

  async function read(responding: Promise<Response>) {
    const response = await responding
    return { status: response.status, headers: response.headers, json: await response.json() }
  }

  test('cut off anywhere', async () => {
    for (let bytes = 0; bytes < good.length; bytes += 7) {
      const { status, json } = await read(post(good.slice(0, bytes)))
      expect([bytes, status, json.code]).toEqual([bytes, 400, 'bad_frame'])
      expect(json.facts).toMatchObject({ expected: expect.anything(), got: expect.anything() })
    }
    expect(await state()).toEqual(before)
  })

  test('with any byte changed', async () => {
    const codes = new Set<string>()
    for (let at = 0; at < good.length; at += 1) {
      const changed = good.slice()
      changed[at] = (changed[at] ?? 0) ^ 0x10
      const { status, json } = await read(post(changed))
      expect([at, status]).toEqual([at, at === 2 ? 415 : 400])
      codes.add(json.code)
    }
    expect([...codes].sort()).toEqual(['bad_frame', 'newer_format'])
    expect(await state()).toEqual(before)
  })

  test('with something behind its end', () => refused(post(new Uint8Array([...good, 0])), 400, { code: 'bad_frame' }))

  test('of a newer format', () => {
    good[2] = 3
    return refused(post(good), 415, { code: 'newer_format', facts: { expected: 'frame format 2', got: 3 } })
  })

  test('of an older format', () => {
    good[2] = 1
    return refused(post(good), 415, { code: 'older_format', facts: { expected: 'frame format 2', got: 1 } })
  })

  test('too large, by what its length says, before any of it is sent', () =>
    refused(announce(frame_bytes_max + 1), 413, { code: 'too_large' }))

  test('too large, without a stated length', async () => {
    let sent = 0
    const endless = new ReadableStream<Uint8Array<ArrayBuffer>>({
      pull(controller) {
        sent += 1
        if (sent > 80) controller.close()
        else controller.enqueue(new Uint8Array(65_536))
      },
    })

    await refused(post(endless, { duplex: 'half' }), 413, { code: 'too_large' })
  })

  test('with a message over the limit', () => {
    // Between DARQs a message may have 64 KiB more than one that a client sends: an answer is wrapped.
    const long = JSON.stringify('x'.repeat(1024 * 1024 + 65_536))
    const messages = messageFromJson('add', new TextEncoder().encode(long))
    return refused(post(data({ first: 2, addressee: decodeData(good).addressee, messages, count: 1 })), 413, {
      code: 'too_large',
    })
  })

  test('an answer that nobody asked for', () => {
    const {
      type: _type,
      first: _first,
      version: _version,
      messages: _messages,
      count: _count,
      dependencies: _dependencies,
      ...envelope
    } = decodeData(good)
    const ack = encodeFrame({ type: 'ack', ...envelope, echo: 1 as Epoch, answers: 1, expected: 1, committed: 1 })
    return refused(post(new Uint8Array(ack)), 400, { code: 'bad_frame' })
  })

  test('for another DARQ than it was posted to', () =>
    refused(post(data({ to: 'counter/other' })), 404, {
      code: 'unknown_address',
      facts: { expected: name, got: 'counter/other' },
    }))

  test('for a DARQ that there is not', () =>
    refused(post(data({ to: 'nobody' }), { to: 'nobody' }), 404, { code: 'unknown_address' }))

  test("from another host than the bearer's", async () =>
    refused(post(good, { token: await edge.token({ producers: ['tab#g2/*'] }) }), 403, { code: 'unauthorized' }))

  test('of a host of this deployment, which would not come this way', () =>
    refused(post(data({ host: `${encodeURIComponent('counter/other')}#g1` })), 403, { code: 'unauthorized' }))

  test('of what is not durable where it comes from', () =>
    refused(post(data({ ...decodeData(good), version: 2 as Version })), 400, {
      code: 'bad_frame',
      facts: { expected: 'what is committed: over HTTP k is 0' },
    }))

  test('of what depends on other hosts', () => {
    const dependencies = [{ host: 'other#g1', epoch: 1 as Epoch, version: 1 as Version }]
    return refused(post(data({ ...decodeData(good), dependencies })), 400, { code: 'bad_frame' })
  })

  test('of an epoch that has ended', async () => {
    await answered(data({ epoch: 1001 as Epoch, first: 2 }))
    await refused(post(good), 409, { code: 'fenced' })
  })
})

function decodeData(bytes: Uint8Array): Data {
  const frame = decodeFrame(bytes, frame_bytes_max)
  if (frame.type !== 'data') throw new Error('expected data')
  return frame
}
