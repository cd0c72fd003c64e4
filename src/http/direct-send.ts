import { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { loadLibc } from './libc.ts'
import { SendRing } from './send-ring.ts'
import { descriptorOf } from './socket-options.ts'

/** Whoever sends by the short way. */
export interface DirectSender {
  /** Told once for all bytes it queued how many of them the kernel took: what is left goes through the socket. */
  onTaken(count: number, bytes: Buffer): void
}

/** Hands bytes to the kernel for several sockets. */
export interface BatchSend {
  /** The most sockets at once. */
  readonly size: number
  /**
   * Sends `buffers[i]` to `descriptors[i]`, and writes to `taken[i]` how many bytes the kernel took: 0 where the
   * descriptor is none, and below 0, the error, where it took none for another reason.
   */
  send(descriptors: readonly number[], buffers: readonly Buffer[], taken: Int32Array): void
  /** Lets go of what it has of the kernel's; it takes nothing any more. */
  close(): void
}

/** Linux's names (`include/linux/socket.h`). */
const MSG_DONTWAIT = 0x40
const MSG_NOSIGNAL = 0x4000
/** How everything is sent: without waiting, and without a signal where the other side is gone. */
const SEND_FLAGS = MSG_DONTWAIT | MSG_NOSIGNAL

/** A socket that bytes are sent to past it. */
export class DirectSocket {
  readonly sender: DirectSender
  readonly #socket: Socket
  readonly #handle: unknown
  readonly #descriptor: number

  constructor(socket: Socket, sender: DirectSender) {
    this.sender = sender
    this.#socket = socket
    this.#handle = handleOf(socket)
    this.#descriptor = descriptorOf(socket) ?? -1
  }

  /**
   * Its descriptor now: -1 while the socket has bytes of its own on the way, and once it has let go of its handle, as
   * the descriptor may be somebody else's then.
   */
  get descriptor(): number {
    const isFree = handleOf(this.#socket) === this.#handle && this.#socket.writableLength === 0
    return isFree ? this.#descriptor : -1
  }
}

/**
 * A way to the kernel beside the streams of Node, which for a frame of 2 kB take as long as the kernel itself. What is
 * queued is sent before anything else runs, together with what others queued.
 */
export class DirectSend {
  readonly #batch: BatchSend
  readonly #taken: Int32Array
  #sockets: DirectSocket[] = []
  #buffers: Buffer[] = []
  #ends = false
  readonly #endTurn = (): void => {
    this.#ends = false
    while (this.#sockets.length > 0) this.#flush()
  }

  constructor(batch: BatchSend) {
    this.#batch = batch
    this.#taken = new Int32Array(batch.size)
  }

  /** Whether a connection's bytes are what its descriptor carries: not under TLS, nor within HTTP/2. */
  suits(sink: object): sink is Socket {
    return sink instanceof Socket && !(sink instanceof TLSSocket)
  }

  /** Sends at the end of this turn at the latest, and tells the socket's sender. Nothing may be queued till then. */
  queue(socket: DirectSocket, bytes: Buffer): void {
    this.#sockets.push(socket)
    this.#buffers.push(bytes)
    if (this.#sockets.length === this.#batch.size) return this.#flush()
    if (this.#ends) return
    this.#ends = true
    queueMicrotask(this.#endTurn)
  }

  /** From now on sockets send everything themselves. */
  close(): void {
    this.#batch.close()
  }

  #flush(): void {
    const sockets = this.#sockets
    const buffers = this.#buffers
    // Who is told may queue the next.
    this.#sockets = []
    this.#buffers = []
    const descriptors = sockets.map(({ descriptor }) => descriptor)
    const taken = this.#taken
    this.#batch.send(descriptors, buffers, taken)
    const counts = taken.slice(0, sockets.length)
    for (const [index, { sender }] of sockets.entries())
      sender.onTaken(Math.max(0, counts[index] ?? 0), buffers[index] as Buffer)
  }
}

/** Sends one by one, where the kernel offers no more. @throws Error where the C library is not Linux's. */
export class SingleSend implements BatchSend {
  readonly size = 1
  readonly #send = loadLibc().func('int64_t send(int fd, const void *bytes, size_t length, int flags)')

  send([descriptor = -1]: readonly number[], [bytes]: readonly Buffer[], taken: Int32Array): void {
    taken[0] = descriptor < 0 || !bytes ? 0 : this.#send(descriptor, bytes, bytes.length, SEND_FLAGS)
  }

  close(): void {}
}

/** The ways there are, the best first. An old kernel has no ring, and a container may not be let use it. */
export const BATCH_SENDS: readonly (() => BatchSend)[] = [
  () => new SendRing(SEND_FLAGS),
  () => new SingleSend(),
]

/** Sends by the first way that works here; undefined where none does. To be closed. */
export function createDirectSend(ways = BATCH_SENDS): DirectSend | undefined {
  for (const create of ways) {
    try {
      return new DirectSend(create())
    } catch {
      // The next may.
    }
  }
  return undefined
}

function handleOf(socket: Socket): unknown {
  return (socket as unknown as { _handle: unknown })._handle
}
