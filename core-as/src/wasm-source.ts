/**
 * Where core.wasm comes from, and how it becomes a module: whatever stands in the way is said in one kind of error.
 *
 * @module
 */
import { read, shipped } from '#wasm'
import { WasmUnavailable } from './wasm-unavailable.ts'

/** core.wasm: where it is, its bytes, or what they were compiled to. */
export type WasmSource = string | URL | WebAssembly.Module | ArrayBuffer | ArrayBufferView<ArrayBuffer>

/** How every module begins: `\0asm`, and the version of the binary format. */
const beginning = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]
const policy = `allow 'wasm-unsafe-eval' in script-src (of a worker: in the response of its own script), or give a WebAssembly.Module`

/**
 * @param source default: the file that the package ships
 * @throws {WasmUnavailable}
 */
export async function compile(source?: WasmSource): Promise<WebAssembly.Module> {
  if (typeof WebAssembly === 'undefined')
    throw new WasmUnavailable({
      wasm: 'core.wasm',
      expected: 'a platform with WebAssembly',
      got: 'none',
      do: `nothing: core: 'typescript' does without it`,
    })
  const from = source ?? shippedHere()
  if (from instanceof WebAssembly.Module) return from
  if (typeof from === 'string' || from instanceof URL) return compileBytes(await read(from), String(from))
  if (from instanceof ArrayBuffer) return compileBytes(new Uint8Array(from), 'the bytes given')
  if (ArrayBuffer.isView(from))
    return compileBytes(new Uint8Array(from.buffer, from.byteOffset, from.byteLength), 'the bytes given')
  throw new WasmUnavailable({
    wasm: 'the option wasm',
    expected: 'a URL, a WebAssembly.Module, or bytes',
    got: Object.prototype.toString.call(from),
    do: 'give one of these, or leave it out',
  })
}

/** Code that was put together into one script may not know any more where it came from. */
function shippedHere(): WasmSource {
  try {
    return shipped()
  } catch (error) {
    throw new WasmUnavailable(
      {
        wasm: 'core.wasm',
        expected: 'a file beside the code',
        got: String(error),
        do: 'give the option wasm: the bundler has not shipped the file',
      },
      error,
    )
  }
}

async function compileBytes(bytes: Uint8Array<ArrayBuffer>, wasm: string): Promise<WebAssembly.Module> {
  if (!beginning.every((byte, at) => bytes[at] === byte)) {
    throw new WasmUnavailable({
      wasm,
      expected: 'a Wasm module',
      got: `${bytes.length} bytes that begin with ${JSON.stringify(String.fromCharCode(...bytes.subarray(0, 16)))}`,
      do: 'serve core.wasm itself there: a server that answers unknown paths with a page sends that',
    })
  }
  try {
    return await WebAssembly.compile(bytes)
  } catch (error) {
    // Validation is no compilation, so that no policy is asked.
    const refused = WebAssembly.validate(bytes)
    throw new WasmUnavailable(
      {
        wasm,
        expected: refused ? 'leave to compile it' : 'a whole module, of features that this platform knows',
        got: String(error),
        do: refused ? policy : `look whether its ${bytes.length} bytes are those of the package`,
      },
      error,
    )
  }
}
