import { loadLibc } from './libc.ts'

/** Linux's option that reports the state of a TCP connection (tcp(7)), and the length of the part that is read. */
const [IPPROTO_TCP, TCP_INFO] = [6, 11]
const INFO_BYTES = 168
/** Offsets in `struct tcp_info` (`include/uapi/linux/tcp.h`), as words of 32 bits; the last one has 64. */
const WORD = { mss: 4, unacknowledged: 6, unsent: 36, shortestTrip: 37, rate: 40 } as const
const MICROSECONDS = 1e6

/** Reads how many bytes of a connection wait: those that the kernel has not sent, and those in a queue of the network. */
export class QueuedBytes {
  readonly #words = new Uint32Array(INFO_BYTES / Uint32Array.BYTES_PER_ELEMENT)
  readonly #length = new Uint32Array(1)
  readonly #read = loadLibc().func(
    'int getsockopt(int fd, int level, int name, void *value, uint32_t *length)',
  )

  /** Returns 0 if the kernel does not know. */
  of(descriptor: number): number {
    const words = this.#words
    words.fill(0)
    this.#length[0] = INFO_BYTES
    if (this.#read(descriptor, IPPROTO_TCP, TCP_INFO, words, this.#length) < 0) return 0
    const word = (index: number): number => words[index] as number
    // A link holds as many bytes as it delivers in its shortest round trip: whatever else was not received yet waits.
    const onLink =
      (word(WORD.rate) + word(WORD.rate + 1) * 2 ** 32) * (word(WORD.shortestTrip) / MICROSECONDS)
    return Math.max(0, word(WORD.unsent) + word(WORD.unacknowledged) * word(WORD.mss) - Math.round(onLink))
  }
}
