import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

type Collect = (options: { type: 'minor' }) => void

/**
 * Bytes between two collections. V8 marks all its memory once new buffers, with those that it has just collected but not yet
 * subtracted, come near the 8 MB by which it lets its memory grow: with 4 MB this still came every seven seconds.
 */
const MAX_BYTES = 2_000_000

/**
 * Has the memory of buffers that are dropped soon collected while it is young. V8 counts it as growth of its old objects, and
 * marks its whole memory whenever that has grown by some 8 MB: a camera brings them in five seconds, and the marking takes
 * 50 ms of processor time. A collection of the young objects takes 1 ms.
 */
export class YoungMemory {
  #bytes = 0
  #collect: Collect | undefined

  /** Reports a new buffer. */
  took(bytes: number): void {
    this.#bytes += bytes
    if (this.#bytes < MAX_BYTES) return
    this.#bytes = 0
    this.#collect ??= createCollector()
    this.#collect({ type: 'minor' })
  }
}

/** Returns V8's collector, which the flag adds to new contexts only; one that does nothing if it is not to be had. */
function createCollector(): Collect {
  setFlagsFromString('--expose-gc')
  try {
    return runInNewContext("typeof gc === 'function' ? gc : () => {}") as Collect
  } finally {
    setFlagsFromString('--no-expose-gc')
  }
}
