import { frameHead } from './protocol.ts'

/** A larger frame costs so much itself that a second write does not matter, and copies of it would fill the memory. */
const MAX_FRAME_BYTES = 65_536
/** Copies of one frame: pages that show the same pictures give them the same ids, and most pages show few. */
const MAX_COPIES = 16

/** The binary messages of frames, built once for each id and shared by every socket that gives a picture the same id. */
export class SharedMessages {
  readonly #messages = new WeakMap<Buffer, Map<number, Buffer>>()
  #lastBytes: Buffer | undefined
  #lastMessages = new Map<number, Buffer>()

  /** The whole message of a frame; undefined if the frame is large, or has as many copies as it may. */
  get(id: number, bytes: Buffer): Buffer | undefined {
    if (bytes.length > MAX_FRAME_BYTES) return undefined
    const messages = this.#of(bytes)
    const known = messages.get(id)
    if (known || messages.size >= MAX_COPIES) return known
    const message = Buffer.concat([frameHead(id, bytes.length), bytes])
    messages.set(id, message)
    return message
  }

  /** A fan-out looks up one frame thousands of times. */
  #of(bytes: Buffer): Map<number, Buffer> {
    if (bytes === this.#lastBytes) return this.#lastMessages
    const messages = this.#messages.get(bytes) ?? new Map<number, Buffer>()
    this.#messages.set(bytes, messages)
    this.#lastBytes = bytes
    this.#lastMessages = messages
    return messages
  }
}
