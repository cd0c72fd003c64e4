/** Told what channels do, for whoever counts it. */
export interface ChannelObserver {
  /** A new picture was shown to everyone who watches: that took so many milliseconds. */
  fannedOut(took: number): void
  /** A picture was the same as the one before, and not sent. */
  unchanged(): void
}
