import type { Cards } from '../picture/cards.ts'
import type { Sheet } from '../picture/encode.ts'
import type { Frame } from '../picture/frame.ts'
import type { FrameSource } from './frame-source.ts'
import type { GoodFrame } from './last-frames.ts'
import type { ChannelObserver } from './observer.ts'
import type { Pace } from './pace.ts'

/** The options of a channel. */
export interface ChannelInit {
  source: FrameSource
  /** Format and size of its placeholders and error cards. */
  sheet: Sheet
  pace: Pace
  cards: Cards
  /** The picture's last good frame, from a channel that has ended. @default none */
  lastGood?: GoodFrame | undefined
  observer?: ChannelObserver | undefined
  /** Called when the channel had no viewers for `linger`. */
  onIdle(): void
  /** Called at the end, and after it, with the last frame that was drawn without a failure. */
  onLastGood?(last: GoodFrame): void
  /** Called with the other rooms that each drawing was made from. */
  onRooms?(rooms: readonly string[]): void
}

/** Returns the picture of a channel for viewers that wait too long for its first frame. */
export function createPlaceholder({ cards, sheet, source }: ChannelInit): Frame {
  const placeholder = cards.placeholder(sheet)
  return source.awaitsFrames ? { ...placeholder, awaitsFrame: true } : placeholder
}
