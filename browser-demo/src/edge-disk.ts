/**
 * The page's word about the disk of the edge: how slow it is to be.
 *
 * @module
 */

/** What `GET /demo/disk` answers, and `POST` takes. */
export interface EdgeDisk {
  readonly latency_ms: number
}

/** @returns how much longer a flush takes there than it must; 0 when nobody answers */
export async function edgeDisk(darq: string): Promise<number> {
  const response = await fetch(diskOf(darq)).catch(() => undefined)
  if (!response?.ok) return 0
  const { latency_ms }: EdgeDisk = await response.json()
  return latency_ms
}

/** @returns how it is now; as it was when nobody answers */
export async function slowEdgeDisk(darq: string, latency_ms: number): Promise<number> {
  const wanted: EdgeDisk = { latency_ms }
  const body = JSON.stringify(wanted)
  const response = await fetch(diskOf(darq), { method: 'POST', body }).catch(() => undefined)
  return response?.ok ? latency_ms : await edgeDisk(darq)
}

function diskOf(darq: string): string {
  return `/demo/disk?darq=${encodeURIComponent(darq)}`
}
