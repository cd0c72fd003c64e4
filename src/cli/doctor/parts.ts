/** The boundary that a Content-Type names; undefined where it is no stream of pictures. */
export function boundaryOf(contentType: string | undefined): string | undefined {
  const match = /^multipart\/x-mixed-replace\s*;.*?boundary=(?:"([^"]+)"|([^\s;"]+))/i.exec(contentType ?? '')
  return match?.[1] ?? match?.[2]
}

/** Cuts a multipart body into its parts, of which it keeps the time at which each was whole. */
export class Parts {
  /** The performance.now() of each. */
  readonly arrivals: number[] = []
  readonly #delimiter: Buffer
  #rest: Buffer = Buffer.alloc(0)
  #isPreamble = true

  constructor(boundary: string) {
    this.#delimiter = Buffer.from(`--${boundary}`)
  }

  /** Takes the next bytes. */
  push(bytes: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, bytes])
    for (;;) {
      const at = this.#rest.indexOf(this.#delimiter)
      if (at < 0) return
      // What stands before the first boundary is no picture.
      if (!this.#isPreamble) this.arrivals.push(performance.now())
      this.#isPreamble = false
      this.#rest = this.#rest.subarray(at + this.#delimiter.length)
    }
  }
}
