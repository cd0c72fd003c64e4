/** Hands bytes to the kernel for several sockets. */
export interface BatchSend {
  /** The most sockets at once. */
  readonly size: number
  /**
   * Sends `buffers[i]` to `descriptors[i]`; answers for each how many bytes the kernel took: 0 where the descriptor is
   * below 0, and the error's number below 0 where there was one (errno(3)).
   */
  send(descriptors: readonly number[], buffers: readonly Buffer[]): number[]
  /** Lets go of what it has of the kernel's; it takes nothing any more. */
  close(): void
}
