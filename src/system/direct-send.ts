import { Socket } from 'node:net'
import { constants } from 'node:os'
import { TLSSocket } from 'node:tls'
import { getSystemErrorName } from 'node:util'
import type { BatchSend } from './batch-send.ts'
import { loadLibc } from './libc.ts'
import { QueueLooks } from './queue-looks.ts'
import { QueuedBytes } from './queued-bytes.ts'
import { RING_SETUPS, SendRing } from './send-ring.ts'
import { SocketDescriptor } from './socket-descriptor.ts'

/** A sender that uses direct sends. */
export interface DirectSender {
  /** Called with the number of queued bytes that the kernel accepted: the rest must go through the socket. */
  onTaken(count: number, bytes: Buffer): void
  /** Called instead if the connection is broken: the kernel reports this once, and not again to the socket. */
  onBroken(error: Error): void
}

/** Linux's names (`include/linux/socket.h`). */
const MSG_DONTWAIT = 0x40
const MSG_NOSIGNAL = 0x4000
/** Flags of every send: do not block, and raise no signal if the peer is gone. */
const SEND_FLAGS = MSG_DONTWAIT | MSG_NOSIGNAL

const { EAGAIN, EINTR, ENOBUFS, ENOMEM } = constants.errno
/** Temporary errors, which do not mean that the connection is broken. */
const PASSING: ReadonlySet<number> = new Set([EAGAIN, EINTR, ENOBUFS, ENOMEM])

/** A socket with direct access to its descriptor. */
export class DirectSocket extends SocketDescriptor {
  readonly sender: DirectSender

  constructor(socket: Socket, sender: DirectSender) {
    super(socket)
    this.sender = sender
  }
}

/**
 * Sends to the kernel directly, past Node's streams, which take as long as the kernel itself for a frame of 2 kB. All
 * queued sends are done together before the event loop continues.
 */
export class DirectSend {
  readonly #batch: BatchSend
  readonly #single: SingleSend | undefined
  #sockets: DirectSocket[] = []
  #buffers: Buffer[] = []
  #ends = false
  #looks: QueueLooks | undefined
  readonly #endTurn = (): void => {
    this.#ends = false
    this.flush()
  }

  /** @param single does the only send of a turn: one call costs less than a batch of one. @default the batch does */
  constructor(batch: BatchSend, single?: SingleSend) {
    this.#batch = batch
    this.#single = single
  }

  /** Whether a connection's bytes go to its descriptor unchanged: not with TLS or HTTP/2. */
  suits(sink: object): sink is Socket {
    return sink instanceof Socket && !(sink instanceof TLSSocket)
  }

  /** Sends by the end of this turn, and reports to the sender. The sender must queue nothing else until then. */
  queue(socket: DirectSocket, bytes: Buffer): void {
    this.#sockets.push(socket)
    this.#buffers.push(bytes)
    if (this.#sockets.length === this.#batch.size) return this.#flush()
    if (this.#ends) return
    this.#ends = true
    queueMicrotask(this.#endTurn)
  }

  /** The bytes of a socket that wait, here or in the network; undefined while the socket has unsent bytes of its own. */
  queuedBytes({ descriptor }: SocketDescriptor): number | undefined {
    if (descriptor < 0) return undefined
    this.#looks ??= new QueueLooks(new QueuedBytes())
    return this.#looks.of(descriptor)
  }

  /** Sends everything that is queued now. */
  flush(): void {
    while (this.#sockets.length > 0) this.#flush()
  }

  /** Stops direct sends: sockets then send everything themselves. */
  close(): void {
    this.#batch.close()
  }

  #flush(): void {
    if (this.#single && this.#sockets.length === 1) return this.#flushOne(this.#single)
    const sockets = this.#sockets
    const buffers = this.#buffers
    // A sender may queue its next bytes as it gets its result.
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

  #flushOne(single: SingleSend): void {
    const { sender, descriptor } = this.#sockets.pop() as DirectSocket
    const bytes = this.#buffers.pop() as Buffer
    tell(sender, single.sendOne(descriptor, bytes), bytes)
  }
}

/** Catches a sender's error, so that it does not hold up the rest of the batch. */
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

/** Sends with one system call per socket, for kernels without io_uring. @throws Error if the C library is not Linux's. */
export class SingleSend implements BatchSend {
  readonly size = 1
  readonly #libc = loadLibc()
  readonly #send = this.#libc.func('long send(int fd, const void *bytes, size_t length, int flags)')

  send([descriptor = -1]: readonly number[], [bytes]: readonly Buffer[]): number[] {
    return [bytes ? this.sendOne(descriptor, bytes) : 0]
  }

  /** As `send`, for one socket. */
  sendOne(descriptor: number, bytes: Buffer): number {
    if (descriptor < 0) return 0
    const count = this.#send(descriptor, bytes, bytes.length, SEND_FLAGS)
    return count < 0 ? -this.#libc.errno() : count
  }

  close(): void {}
}

/** All implementations, best first. Old kernels have no io_uring, and containers may forbid it. */
export const BATCH_SENDS: readonly (() => BatchSend)[] = [
  ...RING_SETUPS.map((setup) => () => new SendRing(SEND_FLAGS, setup)),
  () => new SingleSend(),
]

/**
 * Creates the first implementation that works here; undefined if none does. The caller must close it.
 * @param ways the implementations, for single sends too. @default `BATCH_SENDS`, and a system call for each single send
 */
export function createDirectSend(ways?: readonly (() => BatchSend)[]): DirectSend | undefined {
  for (const create of ways ?? BATCH_SENDS) {
    try {
      return new DirectSend(create(), ways ? undefined : new SingleSend())
    } catch {
      // Try the next one.
    }
  }
  return undefined
}
