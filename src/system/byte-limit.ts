import { Transform, type TransformCallback } from 'node:stream'

/** Passes bytes through, and fails once there are more than the limit. */
export class ByteLimit extends Transform {
  readonly #max: number
  #count = 0

  constructor(max: number) {
    super()
    this.#max = max
  }

  override _transform(chunk: Buffer, _encoding: string, callback: TransformCallback): void {
    this.#count += chunk.length
    if (this.#count > this.#max) callback(new Error(`the response is larger than ${this.#max} bytes`))
    else callback(null, chunk)
  }
}
