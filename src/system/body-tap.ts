import type { OnReadOpts, Socket } from 'node:net'

/** Reads a connection into one memory. */
export interface BodyTap {
  /** The option of the connection (`net.connect`). */
  onread: OnReadOpts
  /** Gives the bytes to the listeners of this connection. */
  connect(socket: Socket): void
  /** Gives all bytes to come to a callback, which must not throw, and no longer to the connection's listeners. */
  open(onBytes: (bytes: Buffer) => void): void
}

/** Bytes of one read: a frame of a camera mostly needs one. */
const READ_BYTES = 262_144

/**
 * Creates what reads a connection into one memory. Node reads into new memory each time, and its collection takes much of the
 * time that an endless stream of pictures needs.
 */
export function createBodyTap(): BodyTap {
  let socket: Socket | undefined
  let take: ((bytes: Buffer) => void) | undefined
  const memory = Buffer.allocUnsafeSlow(READ_BYTES)
  return {
    onread: {
      buffer: memory,
      callback: (count) => {
        const bytes = memory.subarray(0, count)
        if (take) take(bytes)
        // Its listeners may keep them.
        else socket?.emit('data', Buffer.from(bytes))
        return true
      },
    },
    connect: (connected) => {
      socket = connected
    },
    open: (onBytes) => {
      take = onBytes
    },
  }
}
