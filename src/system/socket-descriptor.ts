import type { Socket } from 'node:net'
import { descriptorOf } from './socket-options.ts'

/** The descriptor of a socket, for as long as it is the socket's own. */
export class SocketDescriptor {
  readonly #socket: Socket
  readonly #handle: unknown
  readonly #descriptor: number

  constructor(socket: Socket) {
    this.#socket = socket
    this.#handle = handleOf(socket)
    this.#descriptor = descriptorOf(socket) ?? -1
  }

  /**
   * The current descriptor: -1 while the socket has unsent bytes of its own, and after it has released its handle,
   * because the kernel may then reuse the descriptor.
   */
  get descriptor(): number {
    const isFree = handleOf(this.#socket) === this.#handle && this.#socket.writableLength === 0
    return isFree ? this.#descriptor : -1
  }
}

function handleOf(socket: Socket): unknown {
  return (socket as unknown as { _handle: unknown })._handle
}
