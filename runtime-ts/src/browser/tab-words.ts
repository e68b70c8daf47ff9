/**
 * What the tabs of one host say to all the others, over one BroadcastChannel: who leads, and who wants to talk to it. Calls
 * go over a channel of their own per follower (`link-broadcast.ts`), so that they cost only the two that talk.
 *
 * @module
 */
import type { ErrorFacts } from '../error.ts'
import type { Durability } from '../storage/contract.ts'
import type { HostFacts } from './tab-worker.ts'

/** The words' version. A leader that speaks another one is alive, but can't be talked to. */
const language = 1

export type TabWord =
  /** Who leads? */
  | { readonly kind: 'ask' }
  /** I do. `leader` names this leadership. */
  | ({ readonly kind: 'lead'; readonly leader: string; readonly ready: boolean } & HostFacts)
  /** I don't any more. */
  | { readonly kind: 'resign'; readonly leader: string }
  /** I'd like to talk to that leader, over the channel of that name. Said again until the leader has answered there. */
  | { readonly kind: 'join'; readonly leader: string; readonly line: string }

/** The part of `BroadcastChannel` that is used. */
export type Channel = Pick<BroadcastChannel, 'postMessage' | 'close' | 'onmessage' | 'onmessageerror'>

export interface TabWords {
  say(word: TabWord): void
  close(): void
}

export function openTabWords(channel: Channel, hear: (word: TabWord) => void): TabWords {
  let open = true
  channel.onmessage = ({ data }: MessageEvent<unknown>) => {
    const word = read(data)
    if (open && word !== undefined) hear(word)
  }
  return {
    say(word) {
      if (open) channel.postMessage({ ...word, darq: language })
    },
    close() {
      open = false
      channel.close()
    },
  }
}

/** Tabs may run different releases of a page: what is not understood is not acted on. */
function read(data: unknown): TabWord | undefined {
  if (typeof data !== 'object' || data === null || !('kind' in data) || !('darq' in data)) return undefined
  const leader = 'leader' in data && typeof data.leader === 'string' ? data.leader : undefined
  switch (data.kind) {
    case 'ask':
      return { kind: 'ask' }
    case 'lead': {
      if (leader === undefined) return undefined
      const ready = 'ready' in data && data.ready === true && data.darq === language
      const durability = 'durability' in data && isDurability(data.durability) ? data.durability : 'best-effort'
      const core = 'core' in data && isCore(data.core) ? data.core : undefined
      const wasm_error = 'wasm_error' in data && isErrorFacts(data.wasm_error) ? data.wasm_error : undefined
      return { kind: 'lead', leader, ready, durability, core, wasm_error }
    }
    case 'resign':
      return leader === undefined ? undefined : { kind: 'resign', leader }
    case 'join':
      if (leader === undefined || !('line' in data) || typeof data.line !== 'string') return undefined
      return { kind: 'join', leader, line: data.line }
    default:
      return undefined
  }
}

function isCore(value: unknown): value is HostFacts['core'] {
  return value === 'wasm' || value === 'typescript' || value === 'own'
}

function isErrorFacts(value: unknown): value is ErrorFacts {
  return (
    typeof value === 'object' &&
    value !== null &&
    'code' in value &&
    typeof value.code === 'string' &&
    'message' in value &&
    typeof value.message === 'string' &&
    'retryable' in value &&
    typeof value.retryable === 'boolean'
  )
}

function isDurability(value: unknown): value is Durability {
  return value === 'strict' || value === 'relaxed' || value === 'best-effort' || value === 'memory'
}
