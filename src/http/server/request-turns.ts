/** A request that waits for its turn. */
export interface WaitingRequest {
  /** The network that it came from; undefined for a trusted proxy, whose requests are many clients'. */
  network: string | undefined
  /** Whether the client has cancelled it. */
  isCancelled(): boolean
  /** Handles it. Never throws. */
  handle(): void
}

/** Requests of one network that begin in one turn of the event loop. */
const PER_TURN = 4
/** Milliseconds in which requests begin in one turn. */
const SLICE = 4

/**
 * Spreads requests that arrive together over turns of the event loop. One packet of HTTP/2 can bring 700: handled at once,
 * they would delay everybody's pictures. While the server is idle, turns are short and the wait is not noticeable; while it is busy, they
 * are long, and a network that sends more than its share waits. A request that is cancelled meanwhile costs nothing.
 */
export class RequestTurns {
  readonly #now: () => number
  readonly #later: (turn: () => void) => void
  /** The networks that wait, in the order in which they get their turns. */
  readonly #waiting = new Map<string | undefined, WaitingRequest[]>()
  readonly #begun = new Map<string | undefined, number>()
  #spent = 0
  #isScheduled = false

  /**
   * @param later calls a function in the next turn of the event loop.
   * @param now milliseconds of any clock.
   */
  constructor(later: (turn: () => void) => void = setImmediate, now: () => number = () => performance.now()) {
    this.#later = later
    this.#now = now
  }

  /** Handles a request now if the turn has time for it and none of the same network waits; in a later turn otherwise. */
  take(request: WaitingRequest): void {
    const { network } = request
    const waiting = this.#waiting.get(network)
    if (waiting) waiting.push(request)
    else if (this.#hasTurn(network)) this.#begin(request)
    else this.#waiting.set(network, [request])
    this.#schedule()
  }

  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    this.#later(() => this.#turn())
  }

  #turn(): void {
    this.#isScheduled = false
    this.#begun.clear()
    this.#spent = 0
    for (const [network, waiting] of [...this.#waiting]) {
      let index = 0
      for (; index < waiting.length && this.#hasTurn(network); index += 1) {
        const request = waiting[index] as WaitingRequest
        if (!request.isCancelled()) this.#begin(request)
      }
      // A network that was served is the last one in the next turn.
      if (index > 0) this.#waiting.delete(network)
      if (index > 0 && index < waiting.length) this.#waiting.set(network, waiting.slice(index))
      if (this.#spent >= SLICE) break
    }
    if (this.#waiting.size > 0) this.#schedule()
  }

  #hasTurn(network: string | undefined): boolean {
    if (this.#spent >= SLICE) return false
    return network === undefined || (this.#begun.get(network) ?? 0) < PER_TURN
  }

  #begin({ network, handle }: WaitingRequest): void {
    const from = this.#now()
    this.#begun.set(network, (this.#begun.get(network) ?? 0) + 1)
    handle()
    this.#spent += this.#now() - from
  }
}
