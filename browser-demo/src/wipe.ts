/**
 * Wipes both sides of a scene, so that it can be seen once more.
 *
 * @module
 */

/** After that it is somebody else who holds the database open. */
const blocked_ms_max = 5_000

/**
 * The tab's worker must be gone: a database that is open can't be deleted. Resolves when all stores are empty.
 *
 * @param darqs of the edge
 * @param host the tab's
 * @throws {Error} when the edge didn't answer or another tab holds the database open; then it may be tried again
 */
export async function wipe(darqs: readonly string[], host: string): Promise<void> {
  for (const darq of darqs) {
    const response = await fetch(`/demo/wipe?darq=${encodeURIComponent(darq)}`, { method: 'POST' })
    if (!response.ok) throw new Error(`the edge was not wiped: ${response.status}`)
  }
  await deleteDatabase(`darq/${host}`)
}

function deleteDatabase(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name)
    request.onsuccess = () => resolve()
    request.onerror = () => reject(request.error)
    // A worker that was just ended lets go of it in a moment.
    request.onblocked = () =>
      setTimeout(() => reject(new Error('another tab holds the storage open: close it first')), blocked_ms_max)
  })
}
