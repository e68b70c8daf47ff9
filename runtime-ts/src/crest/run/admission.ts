/**
 * A message enters: its envelope is read, its handler found, its body checked, once.
 *
 * @module
 */
import { asError, DarqError, fromFacts } from '../../error.ts'
import type { BatchDefinition, Definition, MessageDefinition, Run } from '../define/definition.ts'
import { readInput, readOutput, type Schema } from '../define/schema.ts'
import type { Answer } from '../define/step.ts'
import {
  type Asker,
  decodeEnvelope,
  type Echo,
  type Envelope,
  isFields,
  isList,
  readErrorFacts,
  type Visitor,
} from '../wire/envelope.ts'

/** What a message asks of its participant, checked. */
export type Admitted =
  | {
      readonly kind: 'send'
      readonly run: Run
      /** The first of `bodies`: the only one, but for handlers. */
      readonly body: unknown
      readonly bodies: readonly unknown[]
      readonly envelope: Envelope
    }
  | {
      readonly kind: 'batch'
      readonly batch: BatchDefinition
      readonly bodies: readonly unknown[]
      readonly envelope: Envelope
    }
  | {
      readonly kind: 'call'
      readonly run: Run
      readonly body: unknown
      readonly envelope: Envelope
      readonly asker: Asker | Visitor | undefined
      readonly call: MessageDefinition & { readonly kind: 'call' }
    }
  | {
      readonly kind: 'answer'
      readonly run: Run
      readonly answer: Answer<unknown>
      readonly note: unknown
      readonly echo: Echo
      readonly envelope: Envelope
    }
  | { readonly kind: 'builtin'; readonly name: Builtin; readonly envelope: Envelope }

const builtins = ['$requeue', '$drop', '$timeout', '$wake'] as const
export type Builtin = (typeof builtins)[number]

/** A message that can't be admitted, and what of it could be read. */
export class Inadmissible extends Error {
  readonly error: DarqError
  readonly envelope: Envelope | undefined

  constructor(error: DarqError, envelope: Envelope | undefined) {
    super(error.message, { cause: error })
    this.error = error
    this.envelope = envelope
  }
}

/**
 * @param fromSelf whether the participant itself has sent it
 * @param knows whether there is a way to a DARQ
 * @throws {Inadmissible} with `bad_frame`, `newer_format`, `unknown_message`, `schema`, `newer_version`, `unknown_address`
 */
export function admit(
  definition: Definition,
  bytes: Uint8Array,
  fromSelf: boolean,
  knows: (darq: string) => boolean,
): Admitted {
  let envelope: Envelope | undefined
  try {
    envelope = decodeEnvelope(bytes)
    const { asker } = envelope
    // Better not done at all than done for a caller who can never hear of it.
    if (asker !== undefined && 'to' in asker && !knows(asker.to)) {
      throw new DarqError('unknown_address', { facts: { expected: 'a way back to the caller', got: asker.to } })
    }
    return admitEnvelope(definition, envelope, fromSelf)
  } catch (error) {
    // A schema is the application's code: what it throws is its answer.
    throw new Inadmissible(asError(error, 'schema'), envelope)
  }
}

/**
 * Admits what a client sends. What it has no right to say is refused whatever its version is: newer code would believe it.
 *
 * @param producer the client's id; '' for one that has none
 * @returns `undefined` for a message of newer code, which waits until this host has that code
 * @throws {Inadmissible} with `unauthorized` for an answer, a timer, or a call in the name of somebody else; else as {@link admit},
 * but for `newer_version` and `unknown_address`
 */
export function admitFromClient(definition: Definition, bytes: Uint8Array, producer: string): Admitted | undefined {
  try {
    const admitted = admit(definition, bytes, false, () => true)
    checkClient(admitted.envelope, producer)
    return admitted
  } catch (thrown) {
    if (!(thrown instanceof Inadmissible) || thrown.error.code !== 'newer_version') throw thrown
    if (thrown.envelope !== undefined) checkClient(thrown.envelope, producer)
    return undefined
  }
}

function checkClient(envelope: Envelope, producer: string): void {
  const { asker, echo, timer } = envelope
  const isOwn = asker === undefined || ('client' in asker && (producer === '' || asker.client === producer))
  if (isOwn && echo === undefined && timer === undefined) return
  const error = new DarqError('unauthorized', { facts: { expected: 'a message or a call of the client itself' } })
  throw new Inadmissible(error, envelope)
}

function admitEnvelope(definition: Definition, envelope: Envelope, fromSelf: boolean): Admitted {
  const { messages, name: address } = definition
  const { name, body, version, asker, echo, many } = envelope
  const builtin = builtins.find((known) => known === name)
  if (builtin !== undefined) {
    if ((builtin === '$timeout' || builtin === '$wake') && !fromSelf) throw unknown(address, name)
    return { kind: 'builtin', name: builtin, envelope }
  }
  const message = messages.get(name)
  if (message === undefined || message.kind === 'query') throw unknown(address, name)
  if (message.own && message.kind !== 'answer' && !fromSelf) throw unknown(address, name)
  if (many && (definition.processor ?? (message.kind === 'call' || message.kind === 'answer')))
    throw new DarqError('schema', {
      facts: { expected: 'one body: only handlers of one-way messages take many', got: name },
    })
  switch (message.kind) {
    case 'send': {
      const bodies = readBodies(message.input, envelope)
      return { kind: 'send', run: message.run, body: bodies[0], bodies, envelope }
    }
    case 'batch':
      return { kind: 'batch', batch: message.batch, bodies: readBodies(message.input, envelope), envelope }
    case 'call': {
      const { output } = readInput(message.input, body, version)
      return { kind: 'call', run: message.run, call: message, body: output, asker, envelope }
    }
    case 'answer': {
      if (echo === undefined) throw unknown(address, name)
      return {
        kind: 'answer',
        run: message.run,
        answer: readAnswer(message, envelope),
        note: message.note === undefined ? undefined : readOutput(message.note, echo.note, echo.note_version),
        echo,
        envelope,
      }
    }
  }
}

/** @throws {DarqError} as `readInput`; facts: `body`, the index of the one that doesn't fit among many */
function readBodies(schema: Schema, { body, version, many }: Envelope): readonly unknown[] {
  if (!many || !isList(body)) return [readInput(schema, body, version).output]
  return body.map((one, index) => {
    try {
      return readInput(schema, one, version).output
    } catch (error) {
      if (error instanceof DarqError && isFields(error.facts))
        throw new DarqError(error.code, { cause: error, facts: { ...error.facts, body: index } })
      throw error
    }
  })
}

/**
 * May it wait for company? A timer's message is looked at by itself, because it may have been taken back; so are many bodies
 * that `by` puts into different batches.
 */
export function isGathered({ batch, bodies, envelope }: Admitted & { kind: 'batch' }): boolean {
  return envelope.timer === undefined && (batch.by === undefined || bodies.length === 1)
}

/** The bodies of one message: a batch, or one for each key in the order in which the keys come. */
export function batchesOf({ batch: { by }, bodies }: Admitted & { kind: 'batch' }): Iterable<readonly unknown[]> {
  if (by === undefined || bodies.length === 1) return [bodies]
  return Map.groupBy(bodies, by).values()
}

/** The asker sees what the callee has returned, in this code's version; its schema is checked, not its transforms taken. */
function readAnswer(message: MessageDefinition & { kind: 'answer' }, { body, version }: Envelope): Answer<unknown> {
  if (isFields(body)) {
    if (body.ok === true) return { ok: true, value: readInput(message.output, body.value, version).input }
    if (body.ok === false) return { ok: false, error: fromFacts(readErrorFacts(body.error)) }
  }
  throw new DarqError('bad_frame', { facts: { expected: 'an answer' } })
}

function unknown(address: string, name: string): DarqError {
  return new DarqError('unknown_message', { facts: { expected: `a message of ${address}`, got: name.slice(0, 100) } })
}
