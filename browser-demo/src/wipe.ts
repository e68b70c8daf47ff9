/**
 * Wipes both sides, so that the job can be seen once more.
 *
 * @module
 */

/** After that it is somebody else who holds the database open. */
const blocked_ms_max = 5_000

/**
 * The tab's worker must be gone: a database that is open can't be deleted. Resolves when both stores are empty.
 *
 * @throws {Error} when the edge didn't answer or another tab holds the database open; then it may be tried again
 */
export async function wipe(): Promise<void> {
  const response = await fetch('/demo/wipe', { method: 'POST' })
  if (!response.ok) throw new Error(`the edge was not wiped: ${response.status}`)
  const databases = await indexedDB.databases()
  for (const { name } of databases) if (name?.startsWith('darq/')) await deleteDatabase(name)
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
