/**
 * Streams: operators over the messages of an address, exactly once.
 *
 * @module
 */
export { type Aggregate, collect, count, max, mean, min, sum, top } from './aggregate.ts'
export { type Fed, type Feedable, type FeedOptions, feed } from './feed.ts'
export type { StreamOptions } from './options.ts'
export {
  type EffectOptions,
  type Joined,
  type Kept,
  type Keyed,
  type Result,
  type Stream,
  stream,
  type ViewOptions,
  type Windowed,
  type Within,
} from './stream.ts'
export { session, sliding, tumbling, type Window, type WindowOptions } from './window.ts'
