/**
 * What goes over the wire between hosts, by the bytes.
 *
 * @module
 */
import { decodeFrame } from '@darq/runtime/transport'
import { ByteWriter } from '../../../runtime-ts/src/engine/byte-codec.ts'
import { writeDependencies } from '../../../runtime-ts/src/engine/dependency.ts'

const frame_bytes_max = 64 * 1024 * 1024
const writer = new ByteWriter(1_024)

/** Sums over all frames of all hosts. */
export class Traffic {
  /** In data frames. */
  messages = 0
  data_frames = 0
  /** What is not messages, in data frames; the vectors are part of it. */
  header_bytes = 0
  vector_bytes = 0
  /** Acks, questions and what answers them. */
  other_frames = 0
  other_bytes = 0
  question_frames = 0

  see(bytes: Uint8Array): void {
    const frame = decodeFrame(bytes, frame_bytes_max)
    if (frame.type !== 'data' || frame.count === 0) {
      this.other_frames += 1
      this.other_bytes += bytes.length
      if (frame.type === 'ask') this.question_frames += 1
      return
    }
    this.data_frames += 1
    this.messages += frame.count
    this.header_bytes += bytes.length - frame.messages.length
    writer.clear()
    writeDependencies(writer, frame.dependencies)
    this.vector_bytes += writer.view().length
  }
}
