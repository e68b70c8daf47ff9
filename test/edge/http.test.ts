import { DarqError } from '@darq/runtime/engine'
import { type HttpOptions, httpLink, remote } from '@darq/runtime/transport'
import { describe, expect, test } from 'vitest'

const base = 'https://edge.example/darq'
const bytes = (text: string) => new TextEncoder().encode(text)

/** A server of one answer, and what it was asked. */
function server(answer: (request: Request) => Response | Promise<Response>, options: HttpOptions = {}) {
  const requests: Request[] = []
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init)
    requests.push(request.clone())
    return await answer(request)
  }
  return { requests, options: { ...options, fetch } }
}

/** A body that is told, piece by piece. */
function told(...pieces: string[]): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    pull(controller) {
      const piece = pieces.shift()
      if (piece === undefined) controller.close()
      else controller.enqueue(new TextEncoder().encode(piece))
    },
  })
}

async function failure(promise: Promise<unknown>): Promise<DarqError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof DarqError) return error
  throw new Error(`expected a DarqError, got ${error}`)
}

const problem = (status: number, body: object) =>
  new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/problem+json' } })

describe('a channel over HTTP', () => {
  const sending = (answer: (request: Request) => Response | Promise<Response>, options: HttpOptions = {}) => {
    const received: [string, Uint8Array][] = []
    const { requests, options: all } = server(answer, options)
    const route = remote(`${base}/`, all)
    const transport = route.transport((from, frame) => received.push([from, frame]))
    return {
      received,
      requests,
      address: route.address('account/bob'),
      send: async (frame: Uint8Array, to = route.address('totals')) => transport.send(to, frame),
    }
  }

  test('posts a frame, and gives the one that answers it to the engine before send resolves', async () => {
    const { send, received, requests } = sending(async (request) => new Response(`${await request.text()} back`), {
      token: 'abc',
    })
    await send(bytes('frame'))
    expect(received).toEqual([[`${base}/totals`, bytes('frame back')]])
    expect(requests[0]?.url).toBe(`${base}/totals/frames`)
    expect(requests[0]?.method).toBe('POST')
    expect(requests[0]?.headers.get('Content-Type')).toBe('application/vnd.darq.frame')
    expect(requests[0]?.headers.get('Authorization')).toBe('Bearer abc')
  })

  test('escapes the slash of a name: it is one segment', () => {
    expect(sending(() => new Response()).address).toBe(`${base}/account%2Fbob`)
  })

  test('sends the bytes as they were when send was called', async () => {
    const token = Promise.withResolvers<string>()
    const { send, received } = sending(async (request) => new Response(await request.bytes()), {
      token: () => token.promise,
    })
    const frame = bytes('first')
    const sent = send(frame)
    frame.fill(0)
    token.resolve('abc')
    await sent
    expect(received[0]?.[1]).toEqual(bytes('first'))
  })

  test('a lost connection is unavailable, and may be tried again', async () => {
    const { send } = sending(() => Promise.reject(new TypeError('connection refused')))
    expect(await failure(send(bytes('f')))).toMatchObject({ code: 'unavailable', retryable: true })
  })

  test('an answer that does not come in time is unavailable, and the request is dropped', async () => {
    let dropped: AbortSignal | undefined
    const fetch: typeof globalThis.fetch = (_input, init) =>
      new Promise((_, reject) => {
        dropped = init?.signal ?? undefined
        dropped?.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')))
      })
    const transport = remote(base, { fetch, timeout_ms: 5 }).transport(() => undefined)
    expect(await failure(Promise.resolve(transport.send(`${base}/totals`, bytes('f'))))).toMatchObject({
      code: 'unavailable',
      facts: { timeout_ms: 5 },
    })
    expect(dropped?.aborted).toBe(true)
  })

  test('a refusal is the typed error of its problem', async () => {
    const { send, received } = sending(() =>
      problem(415, { code: 'newer_format', retryable: false, detail: 'too new', facts: { expected: 1, got: 2 } }),
    )
    const error = await failure(send(bytes('f')))
    expect(error).toMatchObject({
      code: 'newer_format',
      retryable: false,
      message: 'too new',
      facts: { expected: 1, got: 2 },
    })
    expect(received).toEqual([])
  })

  test.each([
    [500, 'storage'],
    [503, 'fenced'],
    [503, 'closed'],
  ])("a %i is the server's own trouble (%s): unavailable, with the cause", async (status, code) => {
    const { send } = sending(() => problem(status, { code, retryable: false, detail: '' }))
    const error = await failure(send(bytes('f')))
    expect(error).toMatchObject({ code: 'unavailable', retryable: true, facts: { status, code } })
    expect(error.cause).toMatchObject({ code })
  })

  test('a full storage keeps its name: the caller can tell it from a lost way', async () => {
    const { send } = sending(() => problem(507, { code: 'quota', retryable: true, detail: '' }))
    expect(await failure(send(bytes('f')))).toMatchObject({ code: 'quota' })
  })

  test.each([
    [401, 'unauthorized', false],
    [404, 'unknown_address', false],
    [413, 'too_large', false],
    [429, 'backpressure', true],
    [502, 'unavailable', true],
  ])('a %i without a problem, from somebody in between, is %s', async (status, code, retryable) => {
    const { send } = sending(() => new Response('<html>', { status }))
    expect(await failure(send(bytes('f')))).toMatchObject({ code, retryable })
  })

  test.each([
    ['no JSON', '{'],
    ['no problem of ours', '{"type":"about:blank"}'],
    ['an unknown code', '{"code":"made_up","retryable":false}'],
  ])('a problem that can not be read (%s) is told by its status', async (_, text) => {
    const { send } = sending(
      () => new Response(text, { status: 404, headers: { 'Content-Type': 'application/problem+json' } }),
    )
    expect(await failure(send(bytes('f')))).toMatchObject({ code: 'unknown_address' })
  })

  test('reads no more of an answer than a frame may weigh', async () => {
    let pulled = 0
    const endless = () =>
      new Response(
        new ReadableStream<Uint8Array<ArrayBuffer>>({
          pull(controller) {
            pulled += 65_536
            controller.enqueue(new Uint8Array(65_536))
          },
        }),
      )
    const { send, received } = sending(endless)
    expect(await failure(send(bytes('f')))).toMatchObject({ code: 'too_large' })
    expect(pulled).toBeLessThan(2 * 1024 * 1024)
    expect(received).toEqual([])
  })

  test('a frame that the engine refuses makes send fail', async () => {
    const { options } = server(() => new Response('x'))
    const transport = remote(base, options).transport(() => {
      throw new DarqError('bad_frame')
    })
    expect(await failure(Promise.resolve(transport.send(`${base}/totals`, bytes('f'))))).toMatchObject({
      code: 'bad_frame',
    })
  })
})

describe('a client over HTTP', () => {
  const enqueue = { to: 'totals', producer: 'täb:1', first: 7, messages: new Uint8Array(16) }
  const accepted = { grade: 'accepted', lsns: [40, 56], duplicates: 0, expected: 9 }
  const lines = (...values: unknown[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('')

  test('tells each grade of a batch as its line comes, and resolves when it is committed', async () => {
    const { requests, options } = server(
      () =>
        new Response(
          told(
            lines(accepted),
            '\n',
            '{"grade":"dura',
            'ble","durability":"strict"}\n',
            lines({ grade: 'committed', durability: 'strict' }),
          ),
        ),
    )
    const reported: unknown[] = []
    await httpLink(base, options).enqueue(enqueue, (graded) => reported.push(graded))
    expect(reported).toEqual([
      accepted,
      { grade: 'durable', durability: 'strict' },
      { grade: 'committed', durability: 'strict' },
    ])
    expect(requests[0]?.url).toBe(`${base}/totals/enqueue`)
    expect(requests[0]?.headers.get('Darq-Producer')).toBe(encodeURIComponent('täb:1'))
    expect(requests[0]?.headers.get('Darq-Sequence')).toBe('7')
  })

  test('an answer that ends before the batch is committed leaves the outcome open', async () => {
    const { options } = server(() => new Response(told(lines(accepted))))
    expect(await failure(httpLink(base, options).enqueue(enqueue, () => undefined))).toMatchObject({
      code: 'unavailable',
      retryable: true,
    })
  })

  test('a connection that breaks in the middle leaves the outcome open', async () => {
    const broken = () =>
      new Response(
        new ReadableStream<Uint8Array<ArrayBuffer>>({
          start: (controller) => controller.enqueue(new TextEncoder().encode(lines(accepted))),
          pull: (controller) => controller.error(new TypeError('terminated')),
        }),
      )
    expect(await failure(httpLink(base, server(broken).options).enqueue(enqueue, () => undefined))).toMatchObject({
      code: 'unavailable',
      retryable: true,
    })
  })

  test('a failure told in a line is the typed error', async () => {
    const failed = { grade: 'failed', error: { code: 'quota', message: 'full', retryable: true } }
    const { options } = server(() => new Response(told(lines(accepted, failed))))
    expect(await failure(httpLink(base, options).enqueue(enqueue, () => undefined))).toMatchObject({
      code: 'quota',
      message: 'full',
    })
  })

  test.each([
    ['no JSON', 'not json\n'],
    ['an unknown grade', lines({ grade: 'perhaps' })],
    ['an acceptance without its numbers', lines({ grade: 'accepted' })],
    ['an unknown durability', lines({ grade: 'durable', durability: 'somewhat' })],
  ])('%s in an answer is a bad frame', async (_, text) => {
    const { options } = server(() => new Response(told(text)))
    expect(await failure(httpLink(base, options).enqueue(enqueue, () => undefined))).toMatchObject({
      code: 'bad_frame',
    })
  })

  test('a gap is refused with what was expected', async () => {
    const { options } = server(() =>
      problem(409, { code: 'gap', retryable: false, detail: '', facts: { expected: 3, got: 7 } }),
    )
    expect(await failure(httpLink(base, options).enqueue(enqueue, () => undefined))).toMatchObject({
      code: 'gap',
      facts: { expected: 3, got: 7 },
    })
  })

  test('messages without a producer are not sent: they could not be sent again', async () => {
    const { requests, options } = server(() => new Response())
    expect(
      await failure(httpLink(base, options).enqueue({ ...enqueue, producer: '', first: 0 }, () => undefined)),
    ).toMatchObject({ code: 'bad_frame' })
    expect(requests).toEqual([])
  })

  test('reads a query with its grade', async () => {
    const { requests, options } = server(() => new Response('J1', { headers: { 'Darq-Grade': 'durable' } }))
    const view = await httpLink(base, options).query(
      { to: 'totals', name: 'delays', body: new Uint8Array(0) },
      'durable',
    )
    expect(view).toEqual({ grade: 'durable', value: bytes('J1') })
    expect(requests[0]?.url).toBe(`${base}/totals/queries/delays?grade=durable`)
    expect(requests[0]?.method).toBe('GET')
  })

  test('a reply without a grade is no view', async () => {
    const { options } = server(() => new Response('J1'))
    expect(
      await failure(httpLink(base, options).query({ to: 't', name: 'q', body: bytes('J2') }, 'committed')),
    ).toMatchObject({ code: 'bad_frame' })
  })

  test('watches views until the signal, then resolves and drops the connection', async () => {
    const leaving = new AbortController()
    let cancelled = false
    const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
      start(controller) {
        const say = (text: string) => controller.enqueue(new TextEncoder().encode(text))
        say(`: still here\n\nevent: view\ndata: {"grade":"accepted",\ndata: "value":"${btoa('J1')}"}\n\n`)
        say(
          `event: view\r\ndata: {"grade":"withdrawn","error":{"code":"withdrawn","retryable":true,"message":"undone"}}\r\n\r\n`,
        )
      },
      cancel() {
        cancelled = true
      },
    })
    const seen: unknown[] = []
    const { options } = server(() => new Response(stream))
    await httpLink(base, options).watch(
      { to: 'totals', name: 'delays', body: new Uint8Array(0) },
      (view) => {
        seen.push(view)
        if (seen.length === 2) leaving.abort()
      },
      leaving.signal,
    )
    expect(seen).toEqual([
      { grade: 'accepted', value: bytes('J1') },
      { grade: 'withdrawn', error: { code: 'withdrawn', retryable: true, message: 'undone' } },
    ])
    await expect.poll(() => cancelled).toBe(true)
  })

  test('a watch that the host ends is lost, and may be tried again', async () => {
    const { options } = server(() => new Response(told('')))
    const watching = httpLink(base, options).watch(
      { to: 't', name: 'q', body: new Uint8Array(0) },
      () => undefined,
      new AbortController().signal,
    )
    expect(await failure(watching)).toMatchObject({ code: 'unavailable', retryable: true })
  })

  test('asks where its producer goes on', async () => {
    const { requests, options } = server(() => Response.json({ expected: 8 }))
    expect(await httpLink(base, options).expected('totals', 'a b')).toBe(8)
    expect(requests[0]?.url).toBe(`${base}/totals/expected?producer=a%20b`)
  })

  test.each(['{}', '{"pending":-1}', '{"pending":1.5}', '[]', 'nothing'])('%s is no count', async (text) => {
    const { options } = server(() => new Response(text))
    expect(await failure(httpLink(base, options).pending('totals'))).toMatchObject({ code: 'bad_frame' })
  })
})
