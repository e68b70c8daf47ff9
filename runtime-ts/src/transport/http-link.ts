/**
 * A client's way to a host over HTTP.
 *
 * @module
 */
import type { EnqueueRequest, Graded, HostCounts, Link, QueryRequest, ViewFacts } from '../crest/wire/link.ts'
import { isCount } from '../crest/wire/plain.ts'
import { DarqError, toFacts } from '../error.ts'
import type { Durability, Epoch } from '../storage/contract.ts'
import { HttpEndpoint, type HttpOptions, type HttpRequest } from './http-endpoint.ts'
import { jsonEvents, jsonLines, type LineLimits } from './lines.ts'
import { fromProblem } from './read-problem.ts'
import { darqUrl, fromBase64, header, isGrade, mediaType, reply_bytes_max, silence_ms_max } from './wire.ts'

const limits: LineLimits = { line_max: reply_bytes_max, silence_ms_max }
/** For replies that hold a few numbers. */
const count_bytes_max = 4096

/**
 * @param url of the mounted routes, such as `https://edge.example/darq`
 * @returns a link whose calls reject with `unavailable` (retryable) when the server or the way to it fails
 */
export function httpLink(url: string | URL, options: HttpOptions = {}): Link {
  const endpoint = new HttpEndpoint(url, options)
  const at = (darq: string, path: string): string => `${darqUrl(endpoint.url, darq)}/${path}`
  return {
    async enqueue(request, report) {
      const { body, abort } = await endpoint.stream(at(request.to, 'enqueue'), enqueueRequest(request))
      try {
        for await (const line of jsonLines(body, limits)) {
          const graded = parseGraded(line)
          report(graded)
          if (graded.grade === 'committed') return
        }
      } finally {
        abort()
      }
      throw new DarqError('unavailable', { message: 'the answer ended before the batch was committed' })
    },

    async query(request, grade) {
      const where = `${at(request.to, `queries/${encodeURIComponent(request.name)}`)}?grade=${grade}`
      const { headers, bytes } = await endpoint.request(where, readRequest(request, mediaType.value), reply_bytes_max)
      const said = headers.get(header.grade)
      if (!isGrade(said)) throw unexpected('a grade', said)
      const session = headers.get(header.session)
      return { grade: said, value: bytes, ...(session !== null && { session }) }
    },

    async watch(request, see, signal) {
      if (signal.aborted) return
      const where = at(request.to, `watch/${encodeURIComponent(request.name)}`)
      const accept = `${mediaType.events}, ${mediaType.value}`
      try {
        const { body, abort } = await endpoint.stream(where, { ...readRequest(request, accept), signal })
        try {
          for await (const event of jsonEvents(body, limits)) {
            see(parseView(event))
            // While it waits for the next event, the aborted request breaks the stream.
            if (signal.aborted) return
          }
        } finally {
          abort()
        }
      } catch (error) {
        if (signal.aborted) return
        throw error
      }
      throw new DarqError('unavailable', { message: 'the host ended the watch' })
    },

    async expected(to, producer) {
      const where = `${at(to, 'expected')}?producer=${encodeURIComponent(producer)}`
      return count(await readJson(endpoint, where), 'expected')
    },

    async pending(to) {
      return count(await readJson(endpoint, at(to, 'pending')), 'pending')
    },

    async counts(to) {
      return parseCounts(await readJson(endpoint, at(to, 'counts')))
    },
  }
}

function enqueueRequest({ producer, first, messages, session }: EnqueueRequest): HttpRequest {
  if (producer === '')
    throw unexpected('a producer: over a network, messages without one could not be sent again', producer)
  return {
    method: 'POST',
    headers: {
      'Content-Type': mediaType.messages,
      Accept: mediaType.lines,
      [header.producer]: encodeURIComponent(producer),
      [header.sequence]: String(first),
      ...(session !== undefined && { [header.session]: session }),
    },
    body: messages,
  }
}

/** A query without a body is a plain GET. */
function readRequest({ body, session }: QueryRequest, accept: string): HttpRequest {
  const headers = { Accept: accept, ...(session !== undefined && { [header.session]: session }) }
  if (body.length === 0) return { method: 'GET', headers }
  return { method: 'POST', headers: { ...headers, 'Content-Type': mediaType.value }, body }
}

async function readJson(endpoint: HttpEndpoint, url: string): Promise<unknown> {
  const { bytes } = await endpoint.request(url, { method: 'GET', headers: { Accept: mediaType.json } }, count_bytes_max)
  return parseJson(bytes)
}

/** @returns the whole number from 0 that stands in `name` */
function count(reply: unknown, name: string): number {
  const value = field(reply, name)
  if (!isCount(value)) throw unexpected(`a count as ${name}`, value)
  return value
}

function parseCounts(reply: unknown): HostCounts {
  return {
    epoch: count(reply, 'epoch') as Epoch, // a codec brands what it has checked
    messages_accepted: count(reply, 'messages_accepted'),
    duplicates_refused: count(reply, 'duplicates_refused'),
    steps: count(reply, 'steps'),
    commits: count(reply, 'commits'),
    committed_bytes: count(reply, 'committed_bytes'),
    frames_sent: count(reply, 'frames_sent'),
    frames_received: count(reply, 'frames_received'),
  }
}

/** @throws {DarqError} the error that the line tells of, if it does */
function parseGraded(line: unknown): Graded {
  const grade = field(line, 'grade')
  if (grade === 'accepted') {
    const lsns = field(line, 'lsns')
    const duplicates = field(line, 'duplicates')
    const expected = field(line, 'expected')
    const session = field(line, 'session')
    if (Array.isArray(lsns) && lsns.every(isCount) && isCount(duplicates) && isCount(expected))
      return { grade, lsns, duplicates, expected, ...(typeof session === 'string' && { session }) }
  }
  if (grade === 'durable' || grade === 'committed') {
    const durability = field(line, 'durability')
    if (isDurability(durability)) return { grade, durability }
  }
  throw fromProblem(field(line, 'error')) ?? unexpected('news of a grade', line)
}

function parseView(event: unknown): ViewFacts {
  const grade = field(event, 'grade')
  const value = field(event, 'value')
  if (isGrade(grade) && typeof value === 'string') return { grade, value: decodeBase64(value) }
  const error = fromProblem(field(event, 'error'))
  if (error === undefined) throw unexpected('a view', event)
  if (grade === 'withdrawn') return { grade, error: toFacts(error) }
  throw error
}

function decodeBase64(text: string): Uint8Array {
  try {
    return fromBase64(text)
  } catch {
    throw unexpected('base64', text.slice(0, 100))
  }
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    throw unexpected('JSON', new TextDecoder().decode(bytes.subarray(0, 100)))
  }
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}

const durabilities: readonly unknown[] = ['strict', 'relaxed', 'best-effort', 'memory'] satisfies Durability[]

function isDurability(value: unknown): value is Durability {
  return durabilities.includes(value)
}

function unexpected(expected: string, got: unknown): DarqError {
  return new DarqError('bad_frame', {
    facts: { expected, got: typeof got === 'string' ? got : (JSON.stringify(got) ?? 'nothing').slice(0, 200) },
  })
}
