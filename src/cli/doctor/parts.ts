/** The boundary of a multipart Content-Type; undefined for any other type. */
export function boundaryOf(contentType: string | undefined): string | undefined {
  const match = /^multipart\/x-mixed-replace\s*;.*?boundary=(?:"([^"]+)"|([^\s;"]+))/i.exec(contentType ?? '')
  return match?.[1] ?? match?.[2]
}

/** Splits a multipart body into parts, and records the time at which each was complete. */
export class Parts {
  /** The performance.now() at which each part was complete. */
  readonly arrivals: number[] = []
  readonly #delimiter: Buffer
  #rest: Buffer = Buffer.alloc(0)
  #isPreamble = true

  constructor(boundary: string) {
    this.#delimiter = Buffer.from(`--${boundary}`)
  }

  /** Reads the next bytes. */
  push(bytes: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, bytes])
    for (;;) {
      const at = this.#rest.indexOf(this.#delimiter)
      if (at < 0) {
        // Only a delimiter that has begun is needed: a part can have any length.
        this.#rest = Buffer.from(
          this.#rest.subarray(Math.max(0, this.#rest.length - this.#delimiter.length + 1)),
        )
        return
      }
      // The preamble before the first boundary is not a picture.
      if (!this.#isPreamble) this.arrivals.push(performance.now())
      this.#isPreamble = false
      this.#rest = this.#rest.subarray(at + this.#delimiter.length)
    }
  }
}
