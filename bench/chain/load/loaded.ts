/**
 * A chain under rounds of closed loops, where the chain is.
 *
 * @module
 */
import type { Chain } from '../stations/chain.ts'
import type { OpenChain } from '../stations/station.ts'
import { runLoops } from './closed-loops.ts'

export function loaded(chain: Chain, now_ms: () => number): OpenChain {
  return {
    round({ loops, budget_ms, requests_min }) {
      const end_ms = now_ms() + budget_ms
      const least = loops * requests_min
      return runLoops(chain, { loops, now_ms, more: (made) => made < least || now_ms() < end_ms })
    },
    close: () => chain.close(),
  }
}
