import type { Writable } from 'node:stream'
import { type DirectSend, type DirectSender, DirectSocket } from '../../system/direct-send.ts'
import { frameHead } from './protocol.ts'
import type { SharedMessages } from './shared-messages.ts'

/** A picture that waits for its turn to send a frame. */
export interface LineMember {
  /** It is its turn: it writes at most one frame. */
  onTurn(): void
}

/** Sends frames past Node's streams. */
export interface DirectFrames {
  send: DirectSend
  messages: SharedMessages
}

/**
 * Bytes that may wait in this process for one socket; beyond them pictures wait for their turn, and skip to their newest
 * frames meanwhile.
 */
const MAX_WAITING_BYTES = 16_384

/**
 * The pictures of one socket take turns, so that a slow client gets each of them, and the newest frame of each. Frames
 * are written to the socket itself: the bytes are shared by all viewers, and no other message is ever half written.
 */
export class FrameLine implements DirectSender {
  readonly #socket: Writable
  readonly #waiting = new Set<LineMember>()
  readonly #directFrames: DirectFrames | undefined
  readonly #direct: DirectSocket | undefined
  /** Called once the frame that is queued for a direct send is sent; undefined while none is. */
  #onQueuedSent: (() => void) | undefined

  /** @param directFrames @default undefined: everything is written to the socket */
  constructor(socket: Writable, directFrames?: DirectFrames) {
    this.#socket = socket
    this.#directFrames = directFrames
    if (directFrames?.send.suits(socket)) this.#direct = new DirectSocket(socket, this)
  }

  /** Gives a picture a turn as soon as the socket can take a frame: perhaps within this call. */
  join(member: LineMember): void {
    this.#waiting.add(member)
    this.#serve()
  }

  leave(member: LineMember): void {
    this.#waiting.delete(member)
  }

  /** Writes a frame; `onWritten` is called when the kernel has taken it, and never if the socket breaks. */
  write(id: number, bytes: Buffer, onWritten: () => void): void {
    const message = this.#direct && this.#directFrames?.messages.get(id, bytes)
    if (this.#direct && message) {
      this.#onQueuedSent = onWritten
      this.#directFrames?.send.queue(this.#direct, message)
      return
    }
    const socket = this.#socket
    socket.cork()
    socket.write(frameHead(id, bytes.length))
    this.#writeOut(bytes, onWritten)
    socket.uncork()
  }

  /** Sends the queued frame at once, so that the bytes that the caller writes next come after it. */
  flush(): void {
    if (this.#onQueuedSent) this.#directFrames?.send.flush()
  }

  onTaken(count: number, message: Buffer): void {
    const onWritten = this.#onQueuedSent
    this.#onQueuedSent = undefined
    if (!onWritten) return
    // At once: nothing else may be written within a message.
    if (count < message.length) return this.#writeOut(message.subarray(count), onWritten)
    onWritten()
    this.#serve()
  }

  onBroken(error: Error): void {
    this.#onQueuedSent = undefined
    this.#socket.destroy(error)
  }

  #writeOut(bytes: Buffer, onWritten: () => void): void {
    this.#socket.write(bytes, (error) => {
      if (error) return
      onWritten()
      this.#serve()
    })
  }

  #serve(): void {
    for (const member of this.#waiting) {
      if (this.#onQueuedSent || this.#socket.writableLength >= MAX_WAITING_BYTES) return
      this.#waiting.delete(member)
      member.onTurn()
    }
  }
}
