/**
 * What our tests use of the modules that exist inside workerd. The platform's own types replace the DOM's in every file of a
 * compilation, so they can't be had beside the browser's.
 */
declare module 'cloudflare:test' {
  import type { ObjectStorage } from '@darq/runtime/durable-object'

  interface TestStorage extends ObjectStorage {
    list(options?: { start?: string; end?: string; limit?: number; reverse?: boolean }): Promise<Map<string, unknown>>
    deleteAll(): Promise<void>
    deleteAlarm(): Promise<void>
  }
  interface State {
    readonly storage: TestStorage
    abort(reason?: string): void
  }
  interface Stub {
    fetch(url: string): Promise<Response>
  }
  interface Namespace {
    getByName(name: string): Stub
  }
  export const env: { readonly SHELF: Namespace }
  export function runInDurableObject<R>(
    stub: Stub,
    body: (instance: unknown, state: State) => R | Promise<R>,
  ): Promise<R>
  export function runDurableObjectAlarm(stub: Stub): Promise<boolean>
  export function evictDurableObject(stub: Stub): Promise<void>
  export function abortAllDurableObjects(): Promise<void>
}
