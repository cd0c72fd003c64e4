import type { Logger } from 'pino'
import { loadLibc } from './libc.ts'

/** Linux's socket options that Node does not offer (tcp(7); `include/uapi/linux/tcp.h`). */
const IPPROTO_TCP = 6
const TCP_USER_TIMEOUT = 18
const TCP_NOTSENT_LOWAT = 25

/**
 * Maximum of unsent bytes in the kernel's queue of a socket. A long queue delays pictures: on a 2 Mbit/s link a picture was
 * 2.4 s old with the default and 0.5 s with this value.
 */
const NOTSENT_BYTES = 16_384

type SetOption = (fd: number, level: number, name: number, value: number[], length: number) => number

/** The part of a socket that this file needs: a TCP socket, a TLS socket or an HTTP/2 session's. */
export interface StreamSocket {
  setNoDelay(on: boolean): unknown
  setKeepAlive(on: boolean, delay: number): unknown
}

/**
 * Sets the options by which the kernel detects a vanished viewer. Without them a viewer whose network is gone is counted
 * for a quarter of an hour: the kernel sends no keep-alive probes while data is unacknowledged, so sending frames keeps
 * the connection open.
 */
export class SocketOptions {
  readonly #ghostTimeout: number
  readonly #set: SetOption | undefined

  /** @param ghostTimeout milliseconds within which a vanished viewer is detected; 0 changes no options. */
  constructor(ghostTimeout: number, log: Logger) {
    this.#ghostTimeout = ghostTimeout
    this.#set = ghostTimeout > 0 ? loadSetsockopt(log) : undefined
  }

  apply(socket: StreamSocket): void {
    socket.setNoDelay(true)
    if (this.#ghostTimeout === 0) return
    // Data sent just before the probes would have closed the connection restarts the kernel's timer once, and each of the
    // two timers can end a second late (probes go out once a second): half of the timeout for each was measured to take
    // 20.6 s of 20, two fifths 15.5 s. Probes start early, so that a quiet viewer survives an outage as a busy one does.
    const userTimeout = Math.round(this.#ghostTimeout * 0.4)
    socket.setKeepAlive(true, Math.max(1000, Math.round(this.#ghostTimeout / 10)))
    const fd = descriptorOf(socket)
    if (!this.#set || fd === undefined) return
    this.#set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, [userTimeout], 4)
    this.#set(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, [NOTSENT_BYTES], 4)
  }
}

/** Returns the descriptor of a socket's connection; for TLS and HTTP/2 that of the TCP socket below. */
export function descriptorOf(socket: object): number | undefined {
  const { fd } = (socket as { _handle?: { fd?: number } })._handle ?? {}
  return fd !== undefined && fd >= 0 ? fd : undefined
}

function loadSetsockopt(log: Logger): SetOption | undefined {
  try {
    return loadLibc().func(
      'int setsockopt(int fd, int level, int name, const int *value, uint32_t length)',
    ) as SetOption
  } catch (error) {
    const reason = (error as Error).message
    log.warn(
      { reason },
      'TCP_USER_TIMEOUT cannot be set: a viewer whose network is gone is counted for up to 15 minutes',
    )
    return undefined
  }
}
