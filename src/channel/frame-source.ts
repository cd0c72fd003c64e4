import type { PublicError } from '../errors.ts'
import type { Frame } from '../picture/frame.ts'

/**
 * How much a frame is wanted: 2 by somebody who watches, 1 for a still, 0 by nobody any more. A source that has work
 * to queue asks again when its turn comes.
 */
export type Interest = () => 0 | 1 | 2

/** A frame, and how long it stays the current one. */
export interface SourceFrame {
  frame: Frame
  /** Milliseconds until time alone changes the picture. @default it never does */
  next?: number | undefined
}

/** What a source tells its channel without being asked. Nothing reaches viewers after the channel's end. */
export interface FrameSink {
  /**
   * Shows a frame to everyone who watches, at once. May be called at any rate: of frames that come faster than they can
   * be sent to all, the newest is sent.
   */
  push(frame: Frame): void
  /**
   * Has the channel call `draw` soon, or with the next viewer.
   * @param interval the shortest time between two such drawings, in milliseconds. @default that of the channel's pace
   */
  redraw(interval?: number): void
  /** Shows the card of an error until the next frame: no frame has come for too long, for example. */
  fail(error: PublicError): void
}

/**
 * Gives one channel its frames. A widget in a render process is one kind. Frames are passed on as they are and never
 * decoded, so a source can hand out bytes that it received.
 */
export interface FrameSource {
  /** Called once, before anything else. */
  connect(sink: FrameSink): void
  /**
   * Resolves to the current frame; to the same `Frame` object where nothing has changed, and to undefined where
   * `interest` was 0 when its turn came. Rejects with a `PublicError`. Called for stills too, while nobody watches, and
   * at least once a heartbeat while somebody does, so that no lost event lasts. One call is under way at a time.
   */
  draw(interest: Interest): Promise<SourceFrame | undefined>
  /**
   * Whether `draw` would certainly return its last frame, as far as can be told at once. Cheap: called once a heartbeat
   * for each picture that somebody watches.
   */
  isUnchanged?(): boolean
  /** Draws less than `draw`, but sooner, for a still that cannot wait: one frame of an animation. */
  drawSooner?(interest: Interest): Promise<SourceFrame | undefined>
  /** Called with true when the first viewer joins, and with false when the last one has left. */
  onWatched(isWatched: boolean): void
  /** What the source was made from has changed (a widget's code, a configuration): the next frame comes from the new one. */
  renew(): void
  /** The channel has ended: its last viewer left a while ago. */
  close(): void
}
