import type { Frame } from '../picture/frame.ts'

/** Somebody who watches a channel. */
export interface Viewer {
  /** Shows a picture: at once, or, to one who is still busy with an older picture, the newest when it is done. */
  show(frame: Frame): void
  /** The channel will show nothing more; the last picture is to stay on screen. */
  end(): void
}
