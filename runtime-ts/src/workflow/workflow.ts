/**
 * Workflows: an async function that survives anything, at an address that has a `start`.
 *
 * @module
 */
import { type Address, type AnyCall, isCall, isQuery, type Shapes, shapes, spread } from '../crest/define/address.ts'
import type { Participant } from '../crest/define/definition.ts'
import { Definition, type MessageDefinition } from '../crest/define/definition.ts'
import { anything } from '../crest/define/schema.ts'
import { milliseconds, type Span } from '../crest/define/span.ts'
import { outboundCalls } from '../crest/outbound/outbound-calls.ts'
import { liveProcessor } from '../crest/run/live-processor.ts'
import { DarqError } from '../error.ts'
import { countOf, invalid } from '../options.ts'
import type { Flow, Input, Result } from './flow.ts'
import { Instances, type Limits } from './instances.ts'
import type { Body } from './live-flow.ts'

export interface WorkflowOptions {
  /** Instances that run at one DARQ; past it, or when its log is a fifth full of state, a start is refused with `quota`. Default 10,000. */
  readonly running_max?: number
  /** How long the result of an instance is kept, and its key refused to another input. Default 7 days. */
  readonly keep?: Span
  /** Results that are kept at one DARQ; past it, or past a twelfth of its log, the oldest goes. Default 10,000. */
  readonly finished_max?: number
  /** What one run may ask for: past it, it is to continue as new. Default 50,000. */
  readonly commands_max?: number
  /** Effects that run at the same time at one DARQ. Default 64. */
  readonly effects_max?: number
}

/**
 * A workflow: each `start` with a new key makes an instance, which runs `run` to its end, whatever crashes in between. A
 * second start with the same key and input is the same instance, and has its result.
 *
 * Each thing that happens to an instance is written down in the same step as what the function does next, so neither is ever
 * without the other; while it lives, its function is never run again; after a restart it is brought back once, by telling it
 * what is written down.
 *
 * What it throws is its failure: its undos run, last first, and whoever has started it gets the error. A function that can't
 * be brought back by this code (`nondeterministic`), or whose result doesn't fit its address, does not fail: it is stuck,
 * with all that it has, until it is resumed (`control`), or its host opened, with code that fits.
 *
 * @throws {DarqError} `invalid_argument` when the address has another call than `start`, or a limit is invalid
 * @example
 * export const checkout = workflow(Checkout, async (flow, order) => {
 *   const { hold, cents } = await flow.call(Stock.reserve(order.sku, { count: order.count }))
 *   flow.undo('release', () => flow.send(Stock.release(order.sku, { hold })))
 *   const receipt = await flow.effect('charge', (run) => charge(order.card, cents, run.key))
 *   return { receipt }
 * })
 */
export function workflow<N extends string, M extends Shapes & { readonly start: AnyCall }>(
  address: Address<N, M>,
  run: (flow: Flow<M>, input: Input<M>) => Promise<Result<M>>,
  options: WorkflowOptions = {},
): Participant {
  const [name, messages] = address[shapes]
  const limits: Limits = {
    running_max: countOf('running_max', options.running_max ?? 10_000),
    finished_max: countOf('finished_max', options.finished_max ?? 10_000),
    commands_max: countOf('commands_max', options.commands_max ?? 50_000),
    effects_max: countOf('effects_max', options.effects_max ?? 64),
    keep_ms: milliseconds(options.keep ?? '7 days'),
  }
  // The third definition room where a cast is due: the types above are the function's, from here on it is one of many.
  const body = run as unknown as Body
  const processor = liveProcessor((place) => new Instances(place, body, limits))
  const traits = { processor, outbound: outboundCalls, darqs: address[spread] }
  return new Definition(name, messagesOf(name, messages), [], undefined, traits)
}

/** What a live part takes has no handler. */
const none = (): never => {
  throw new DarqError('unknown_message', { message: 'a workflow has no handlers' })
}

function messagesOf(name: string, given: Shapes): ReadonlyMap<string, MessageDefinition> {
  const found = new Map<string, MessageDefinition>()
  for (const [word, shape] of Object.entries(given)) {
    if (isCall(shape)) {
      if (word !== 'start')
        throw invalid('of a workflow’s calls only start; let others be messages and queries', `${name} ${word}`)
      found.set(word, { kind: 'call', own: false, input: shape.input, output: shape.output, run: none })
    } else if (isQuery(shape))
      found.set(word, { kind: 'query', own: false, input: shape.input, output: shape.output, run: none })
    else found.set(word, { kind: 'send', own: false, input: shape, run: none })
  }
  if (!found.has('start')) throw invalid('an address with a start', name)
  found.set('$due', { kind: 'send', own: true, input: anything, run: none })
  found.set('$answered', { kind: 'answer', own: true, output: anything, note: undefined, run: none })
  for (const word of ['$cancel', '$resume', '$abandon'])
    found.set(word, { kind: 'send', own: false, input: anything, run: none })
  found.set('$describe', { kind: 'query', own: false, input: undefined, output: anything, run: none })
  found.set('$list', { kind: 'query', own: false, input: anything, output: anything, run: none })
  return found
}
