import { Socket } from 'node:net'
import { constants } from 'node:os'
import { TLSSocket } from 'node:tls'
import { getSystemErrorName } from 'node:util'
import type { BatchSend } from './batch-send.ts'
import { loadLibc } from './libc.ts'
import { RING_SETUPS, SendRing } from './send-ring.ts'
import { descriptorOf } from './socket-options.ts'

/** Whoever sends by the short way. */
export interface DirectSender {
  /** Told how many of the bytes it queued the kernel took: what is left goes through the socket. */
  onTaken(count: number, bytes: Buffer): void
  /** Told instead that its connection is broken: the kernel says so once, and not again to the socket. */
  onBroken(error: Error): void
}

/** Linux's names (`include/linux/socket.h`). */
const MSG_DONTWAIT = 0x40
const MSG_NOSIGNAL = 0x4000
/** How everything is sent: without waiting, and without a signal where the other side is gone. */
const SEND_FLAGS = MSG_DONTWAIT | MSG_NOSIGNAL

const { EAGAIN, EINTR, ENOBUFS, ENOMEM } = constants.errno
/** What is over soon, and says nothing of the connection. */
const PASSING: ReadonlySet<number> = new Set([EAGAIN, EINTR, ENOBUFS, ENOMEM])

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
 * queued is sent before the event loop goes on, together with what others queued.
 */
export class DirectSend {
  readonly #batch: BatchSend
  #sockets: DirectSocket[] = []
  #buffers: Buffer[] = []
  #ends = false
  readonly #endTurn = (): void => {
    this.#ends = false
    while (this.#sockets.length > 0) this.#flush()
  }

  constructor(batch: BatchSend) {
    this.#batch = batch
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
    const descriptors: number[] = []
    for (const socket of sockets) descriptors.push(socket.descriptor)
    const taken = this.#batch.send(descriptors, buffers)
    for (let index = 0; index < sockets.length; index += 1) {
      const { sender } = sockets[index] as DirectSocket
      tell(sender, taken[index] as number, buffers[index] as Buffer)
    }
  }
}

/** What breaks one connection must not keep the rest of its batch waiting. */
function tell(sender: DirectSender, count: number, bytes: Buffer): void {
  if (count < 0 && !PASSING.has(-count)) return sender.onBroken(toSystemError(count))
  try {
    sender.onTaken(Math.max(0, count), bytes)
  } catch (error) {
    sender.onBroken(error as Error)
  }
}

function toSystemError(errno: number): Error {
  const code = getSystemErrorName(errno)
  return Object.assign(new Error(`send ${code}`), { code, errno, syscall: 'send' })
}

/** Sends one by one, where the kernel offers no more. @throws Error where the C library is not Linux's. */
export class SingleSend implements BatchSend {
  readonly size = 1
  readonly #libc = loadLibc()
  readonly #send = this.#libc.func('long send(int fd, const void *bytes, size_t length, int flags)')

  send([descriptor = -1]: readonly number[], [bytes]: readonly Buffer[]): number[] {
    const count = descriptor < 0 || !bytes ? 0 : this.#send(descriptor, bytes, bytes.length, SEND_FLAGS)
    return [count < 0 ? -this.#libc.errno() : count]
  }

  close(): void {}
}

/** The ways there are, the best first. An old kernel has no ring, and a container may not be let use it. */
export const BATCH_SENDS: readonly (() => BatchSend)[] = [
  ...RING_SETUPS.map((setup) => () => new SendRing(SEND_FLAGS, setup)),
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
