/**
 * A stream over a `MessagePort`, in browsers and in Node: frames are transferred, not copied.
 *
 * @module
 */
import { DarqError } from '../error.ts'
import type { Stream } from './stream.ts'

/**
 * The stream begins when it is received from. A port says that it is closed where the platform does (Node, new browsers); when
 * the other thread dies without that, its silence tells.
 */
export function portStream(port: MessagePort): Stream {
  let end: ((message: string) => void) | undefined
  return {
    send(frame) {
      // A view of a larger buffer would give all of that away.
      const bytes = frame.byteLength === frame.buffer.byteLength ? frame : frame.slice()
      port.postMessage(bytes, [bytes.buffer as ArrayBuffer])
    },
    receive(handler) {
      end = (message) => {
        if (end === undefined) return
        end = undefined
        port.close()
        handler.ended(new DarqError('unavailable', { message }))
      }
      port.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
        if (end === undefined) return
        if (data instanceof Uint8Array) handler.frame(data)
        else end('what came was no frame')
      })
      port.addEventListener('messageerror', () => end?.('a frame could not be read'))
      port.addEventListener('close', () => end?.('the port was closed'))
      port.start()
    },
    close() {
      end = undefined
      port.close()
    },
  }
}
