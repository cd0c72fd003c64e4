/** Notified of what channels do, for metrics. */
export interface ChannelObserver {
  /**
   * A new frame was sent to every viewer.
   * @param took milliseconds of this process.
   */
  fannedOut(took: number): void
  /** A new drawing had the same bytes as the frame before, and was not sent. */
  unchanged(): void
}
