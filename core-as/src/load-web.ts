/**
 * core.wasm in browsers and their workers: bundlers recognise the URL and ship the file.
 *
 * @module
 */

export async function compile(): Promise<WebAssembly.Module> {
  const response = await fetch(new URL('../build/core.wasm', import.meta.url))
  if (!response.ok) throw new Error(`core.wasm: the server answered ${response.status}`)
  // Streaming insists on the MIME type, which not every server knows.
  const streams = response.headers.get('content-type')?.startsWith('application/wasm') === true
  return streams ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer())
}
