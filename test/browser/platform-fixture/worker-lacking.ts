/** A worker of a platform that lacks something: what, is the worker's name. */
import { serve } from './serve.ts'

const without = (owner: object, name: string) => Object.defineProperty(owner, name, { value: undefined })
const lacking: Readonly<Record<string, () => void>> = {
  'no IndexedDB': () => without(globalThis, 'indexedDB'),
  'no Web Locks': () => without(navigator, 'locks'),
  'no BroadcastChannel': () => without(globalThis, 'BroadcastChannel'),
  'IndexedDB that throws': () =>
    Object.defineProperty(IDBFactory.prototype, 'open', {
      value() {
        throw new DOMException('access is denied for this document', 'SecurityError')
      },
    }),
}
lacking[self.name]?.()

// A store that neither opens nor fails.
const never = { durability: 'strict', open: () => new Promise<never>(() => {}) } as const
serve(self.name === 'a store that never opens' ? { storage: never } : {})
