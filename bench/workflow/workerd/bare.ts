/**
 * Three steps without any library: what one would write on the platform as it is, once for each id.
 *
 * @module
 */

/** What is needed of the platform's types. */
export interface BareStorage {
  get(key: string): Promise<unknown>
  put(key: string, value: unknown): Promise<void>
  sync(): Promise<void>
}

/** Each step's result is flushed before the next step begins. One that is there already is not made again. */
export async function bareSteps(storage: BareStorage, id: string): Promise<{ readonly steps: number }> {
  let steps = 0
  for (const step of [1, 2, 3]) {
    const key = `${id}/${step}`
    if ((await storage.get(key)) === undefined) {
      void storage.put(key, { step, ok: true })
      await storage.sync()
    }
    steps += step
  }
  return { steps }
}
