import type { BatchSend } from './batch-send.ts'
import { type Libc, loadLibc } from './libc.ts'

/** Linux's constants. The system call numbers are the same on all architectures; the rest is from `include/uapi/linux/io_uring.h`. */
const SYS_IO_URING_SETUP = 425
const SYS_IO_URING_ENTER = 426
const IORING_ENTER_GETEVENTS = 1
const IORING_SETUP_SINGLE_ISSUER = 1 << 12
const IORING_SETUP_DEFER_TASKRUN = 1 << 13
const IORING_FEAT_SINGLE_MMAP = 1
const IORING_OFF_SQ_RING = 0
const IORING_OFF_SQES = 0x10000000
const IORING_OP_SEND = 26
const PROT_READ_WRITE = 3
const MAP_SHARED_POPULATE = 0x8001
const EBADF = 9
const MAP_FAILED = 2n ** 64n - 1n

/** All of the ring's memory is accessed in words of 32 bits. */
const WORD_BYTES = 4
/** The word offsets that are needed in the result of `io_uring_setup` (`struct io_uring_params`). */
const PARAMS = 30
const PARAM = {
  sqEntries: 0,
  cqEntries: 1,
  flags: 2,
  features: 5,
  sqHead: 10,
  sqTail: 11,
  sqMask: 12,
  sqArray: 16,
  cqHead: 20,
  cqTail: 21,
  cqMask: 22,
  cqes: 25,
} as const
/** Word offsets in an entry of the submission queue (`struct io_uring_sqe`). */
const SQE = 16
const SQE_AT = { opcode: 0, descriptor: 1, low: 4, high: 5, length: 6, flags: 7, userData: 8 } as const
/** Word offsets in an entry of the completion queue (`struct io_uring_cqe`). */
const CQE = 4
const CQE_AT = { userData: 0, result: 2 } as const

const NOWHERE: Int32Array = new Int32Array(0)

/** Maximum number of sends per batch: about two milliseconds, after which a fan-out can check the time. */
const SIZE = 256

/**
 * Setup flags for rings, best first: for a single thread that fetches its completions itself (Linux 6.1), and for any
 * thread (5.6).
 */
export const RING_SETUPS: readonly number[] = [IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN, 0]

/**
 * Does many sends in one system call (io_uring(7)), which returns when all of them are done: non-blocking sends
 * (MSG_DONTWAIT) finish during the call. So the queues are empty between calls, and because both of their sides run in
 * this thread, one after the other, they need no memory barriers.
 */
export class SendRing implements BatchSend {
  readonly size = SIZE
  readonly #libc: Libc
  readonly #flags: number
  #descriptor: number
  readonly #enter: (...values: unknown[]) => number
  /** Word offsets of the parts of `#queues`, and the masks that turn an entry count into an index. */
  readonly #at: Record<'sqHead' | 'sqTail' | 'sqMask' | 'cqHead' | 'cqTail' | 'cqMask' | 'cqes', number>
  readonly #mappings: { address: unknown; bytes: number }[] = []
  /** Both queues: their heads and tails, and the completions. */
  #queues = NOWHERE
  /** The submissions. */
  #sqes = NOWHERE
  #bytes: Buffer | undefined
  #low = 0
  #high = 0

  /**
   * @param flags of each send: MSG_DONTWAIT among them.
   * @param setup one of `RING_SETUPS`.
   * @throws Error if the kernel is older than that or forbids io_uring to this process, or if the environment variable
   *   that turns off libuv's own ring is set: a sandbox may kill a process for the system call alone.
   */
  constructor(flags: number, setup: number) {
    if (process.env.UV_USE_IO_URING === '0') throw new Error('UV_USE_IO_URING=0 turns io_uring off')
    const libc = loadLibc()
    this.#libc = libc
    this.#flags = flags
    const params = new Int32Array(PARAMS)
    params[PARAM.flags] = setup
    const create = libc.func('long syscall(long number, uint32_t entries, void *params)')
    this.#descriptor = create(SYS_IO_URING_SETUP, SIZE, params)
    if (this.#descriptor < 0) throw new Error('this process may not use io_uring')
    this.#enter = libc.func(
      'long syscall(long number, int fd, uint32_t submit, uint32_t wait, uint32_t flags, void *mask, size_t size)',
    )
    const param = (name: keyof typeof PARAM) => params[PARAM[name]] as number
    try {
      if ((param('features') & IORING_FEAT_SINGLE_MMAP) === 0)
        throw new Error('this version of io_uring is too old')
      const sqEnd = param('sqArray') + param('sqEntries') * WORD_BYTES
      const cqEnd = param('cqes') + param('cqEntries') * CQE * WORD_BYTES
      this.#queues = this.#map(IORING_OFF_SQ_RING, Math.max(sqEnd, cqEnd))
      this.#sqes = this.#map(IORING_OFF_SQES, param('sqEntries') * SQE * WORD_BYTES)
      const word = (name: keyof typeof PARAM) => param(name) / WORD_BYTES
      this.#at = {
        sqHead: word('sqHead'),
        sqTail: word('sqTail'),
        cqHead: word('cqHead'),
        cqTail: word('cqTail'),
        cqes: word('cqes'),
        sqMask: this.#queues[word('sqMask')] as number,
        cqMask: this.#queues[word('cqMask')] as number,
      }
      for (let entry = 0; entry < param('sqEntries'); entry += 1)
        this.#queues[word('sqArray') + entry] = entry
      this.#test()
    } catch (error) {
      this.close()
      throw error
    }
  }

  close(): void {
    if (this.#descriptor < 0) return
    // Access to unmapped memory would crash the process.
    this.#queues = NOWHERE
    this.#sqes = NOWHERE
    const unmap = this.#libc.func('int munmap(void *address, size_t length)')
    for (const { address, bytes } of this.#mappings.splice(0)) unmap(address, bytes)
    this.#libc.func('int close(int fd)')(this.#descriptor)
    this.#descriptor = -1
  }

  send(descriptors: readonly number[], buffers: readonly Buffer[]): number[] {
    const taken: number[] = []
    let count = 0
    for (let index = 0; index < descriptors.length; index += 1) {
      const descriptor = descriptors[index] as number
      taken.push(0)
      if (descriptor < 0 || this.#descriptor < 0) continue
      this.#put(count, descriptor, buffers[index] as Buffer, index)
      count += 1
    }
    if (count > 0) this.#submit(count, taken)
    this.#bytes = undefined
    return taken
  }

  /** Sends to an invalid descriptor, to check that this kernel's rings support sends and complete them at once. */
  #test(): void {
    const taken = [0]
    this.#put(0, -1, Buffer.alloc(1), 0)
    this.#submit(1, taken)
    if (taken[0] !== -EBADF) throw new Error('io_uring does not send')
  }

  #map(offset: number, bytes: number): Int32Array {
    const map = this.#libc.func(
      'void *mmap(void *address, size_t length, int protection, int flags, int fd, long offset)',
    )
    const address = map(null, bytes, PROT_READ_WRITE, MAP_SHARED_POPULATE, this.#descriptor, offset)
    if (this.#libc.address(address) === MAP_FAILED) throw new Error('no memory for io_uring')
    this.#mappings.push({ address, bytes })
    return new Int32Array(this.#libc.view(address, bytes))
  }

  /** Writes the submission queue entry that is `offset` places after the tail. */
  #put(offset: number, descriptor: number, bytes: Buffer, userData: number): void {
    this.#locate(bytes)
    const sqes = this.#sqes
    const tail = this.#queues[this.#at.sqTail] as number
    const sqe = ((tail + offset) & this.#at.sqMask) * SQE
    sqes[sqe + SQE_AT.opcode] = IORING_OP_SEND
    sqes[sqe + SQE_AT.descriptor] = descriptor
    sqes[sqe + SQE_AT.low] = this.#low
    sqes[sqe + SQE_AT.high] = this.#high
    sqes[sqe + SQE_AT.length] = bytes.length
    sqes[sqe + SQE_AT.flags] = this.#flags
    sqes[sqe + SQE_AT.userData] = userData
  }

  /** Consecutive sends mostly have the same buffer: one frame for all viewers. */
  #locate(bytes: Buffer): void {
    if (bytes === this.#bytes) return
    this.#bytes = bytes
    const address = this.#libc.address(bytes)
    this.#low = Number(BigInt.asIntN(32, address))
    this.#high = Number(BigInt.asIntN(32, address >> 32n))
  }

  #submit(count: number, taken: number[]): void {
    const queues = this.#queues
    const { sqHead, sqTail, cqHead, cqTail, cqMask, cqes } = this.#at
    queues[sqTail] = ((queues[sqTail] as number) + count) | 0
    this.#enter(SYS_IO_URING_ENTER, this.#descriptor, count, count, IORING_ENTER_GETEVENTS, null, 0)
    // The kernel did not start entries that it had no memory for: remove them from the queue.
    queues[sqTail] = queues[sqHead] as number
    const end = queues[cqTail] as number
    for (let head = queues[cqHead] as number; head !== end; head = (head + 1) | 0) {
      const cqe = cqes + (head & cqMask) * CQE
      taken[queues[cqe + CQE_AT.userData] as number] = queues[cqe + CQE_AT.result] as number
    }
    queues[cqHead] = end
  }
}
