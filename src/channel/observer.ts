/** Notified of the channels' activity, for metrics. */
export interface ChannelObserver {
  /**
   * A new frame was sent to every viewer.
   * @param took milliseconds of this process.
   */
  fannedOut(took: number): void
  /**
   * A change was shown to everybody who watches.
   * @param took milliseconds since the first change that the new picture shows.
   */
  changeShown(took: number): void
  /**
   * A watched animation was to be drawn again.
   * @param wanted the frames that were due since it was drawn before, at its frame rate.
   * @param reached the frames that were drawn: 1, or 0 where that failed.
   */
  paced(wanted: number, reached: 0 | 1): void
  /** A new drawing had the same bytes as the previous frame, and was not sent. */
  unchanged(): void
}
