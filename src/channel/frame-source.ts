import type { PublicError } from '../errors.ts'
import type { Frame } from '../picture/frame.ts'
import type { Payers } from '../render/fair-shares.ts'
import type { Size } from '../widget/widget.ts'

/**
 * The priority of a frame: 2 for viewers, 1 for a still, 0 if it is no longer needed. A source that queues its work reads
 * it again when its turn comes.
 */
export type Interest = () => 0 | 1 | 2

/** The networks that pay for a drawing: those that watch the picture or wait for a still of it. */
export type GetPayers = () => Payers

/** A frame, and how long it stays current. */
export interface SourceFrame {
  frame: Frame
  /** Milliseconds until the picture changes because of the time. @default never */
  next?: number | undefined
  /** Why the frame is a card in place of the picture: a still then has this status. @default none */
  failure?: PublicError | undefined
  /** Other rooms that the picture is drawn from: a change of one redraws it. @default none */
  rooms?: readonly string[] | undefined
}

/** Lets a source notify its channel by itself. After the channel's end, calls have no effect. */
export interface FrameSink {
  /**
   * Shows a frame to all viewers at once. May be called at any rate: if frames arrive faster than they can be sent, only
   * the newest is sent.
   */
  push(frame: Frame): void
  /**
   * Makes the channel call `draw` soon, or when the next viewer joins.
   * @param interval the minimum time between two such drawings, in milliseconds. @default that of the channel's pace
   */
  redraw(interval?: number): void
  /** Shows an error card until the next frame, for example if no frame has arrived for too long. */
  fail(error: PublicError): void
}

/**
 * Gives one channel its frames. A widget in a render process is one kind. Frames are passed on as they are and never
 * decoded, so a source can hand out bytes that it received.
 */
export interface FrameSource {
  /**
   * The size of placeholders and error cards until a frame was shown, in CSS pixels.
   * @default that of the look
   */
  readonly size?: Size
  /** Whether frames come from elsewhere, later and in sizes that no look decides. @default false */
  readonly awaitsFrames?: boolean
  /** Called once, before anything else. */
  connect(sink: FrameSink): void
  /**
   * Resolves to the current frame: to the same `Frame` object if nothing has changed, and to undefined if `interest` was
   * 0 when its turn came. Rejects with a `PublicError`. Also called for stills while there are no viewers, and at least
   * once a heartbeat while there are, so that the effect of a lost event does not last. At most one call is active.
   */
  draw(interest: Interest, payers: GetPayers): Promise<SourceFrame | undefined>
  /**
   * Whether `draw` would certainly return its last frame, as far as is known at once. Cheap: called for each
   * picture that somebody watches, after a heartbeat, and ever less often while it returns true.
   */
  isUnchanged?(): boolean
  /** A faster `draw` for stills that cannot wait: draws one frame of an animation. */
  drawSooner?(interest: Interest, payers: GetPayers): Promise<SourceFrame | undefined>
  /**
   * Whether its picture moves or counts, where another one rests until somebody sets it: it changes with time or with its
   * viewers; undefined while that is not known.
   */
  readonly isLively: boolean | undefined
  /** Called with true when the first viewer joins, and with false when the last one has left. */
  onWatched(isWatched: boolean): void
  /** Called when the widget's code or the configuration has changed: the next frame must use the new one. */
  renew(): void
  /** Called if something has changed that the server does not know of: the next frame must be drawn again. */
  refresh?(): void
  /** Called when the channel has ended. */
  close(): void
}
