/** Sends to several sockets at once. */
export interface BatchSend {
  /** Maximum number of sockets per call. */
  readonly size: number
  /**
   * Sends `buffers[i]` to `descriptors[i]`. Returns for each the number of bytes that the kernel accepted, or a negative
   * errno(3). A negative descriptor is skipped, with the result 0.
   */
  send(descriptors: readonly number[], buffers: readonly Buffer[]): number[]
  /** Releases its kernel resources. It must not be used afterwards. */
  close(): void
}
