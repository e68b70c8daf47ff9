/**
 * core.wasm in browsers and their workers: bundlers recognise the URL and ship the file.
 *
 * @module
 */

export async function compile(): Promise<WebAssembly.Module> {
  const response = await fetch(new URL('../build/core.wasm', import.meta.url))
  if (!response.ok) throw new Error(`core.wasm: the server answered ${response.status}`)
  // Streaming insists on this very type, without parameters, and not every server knows it.
  const streams = response.headers.get('content-type')?.toLowerCase() === 'application/wasm'
  return streams ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer())
}
