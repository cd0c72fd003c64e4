import type { Writable } from 'node:stream'
import { frameHead } from './protocol.ts'

/** A picture that waits for its turn to send a frame. */
export interface LineMember {
  /** It is its turn: it writes at most one frame. */
  onTurn(): void
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
export class FrameLine {
  readonly #socket: Writable
  readonly #waiting = new Set<LineMember>()

  constructor(socket: Writable) {
    this.#socket = socket
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
    const socket = this.#socket
    socket.cork()
    socket.write(frameHead(id, bytes.length))
    socket.write(bytes, (error) => {
      if (error) return
      onWritten()
      this.#serve()
    })
    socket.uncork()
  }

  #serve(): void {
    for (const member of this.#waiting) {
      if (this.#socket.writableLength >= MAX_WAITING_BYTES) return
      this.#waiting.delete(member)
      member.onTurn()
    }
  }
}
