import { Transform, type TransformCallback } from 'node:stream'

/** Passes bytes on until there are too many: then it fails. */
export class ByteLimit extends Transform {
  readonly #largest: number
  #count = 0

  constructor(largest: number) {
    super()
    this.#largest = largest
  }

  override _transform(chunk: Buffer, _encoding: string, callback: TransformCallback): void {
    this.#count += chunk.length
    if (this.#count > this.#largest) callback(new Error(`the response is larger than ${this.#largest} bytes`))
    else callback(null, chunk)
  }
}
