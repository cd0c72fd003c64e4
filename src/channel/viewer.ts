import type { Frame } from '../picture/frame.ts'

/**
 * Why a viewer's session ended. `left`: the viewer closed it. `ghost`: its network is gone. `slow`: it did not receive a
 * picture for too long. `replaced`: its browser's few connections are needed for other pictures. `refused`: a limit was
 * reached, so it never began, or had to make place for a viewer of another network. `stopping`: the server stops. `failed`: this
 * server could not write to it.
 */
export const END_REASONS = ['left', 'ghost', 'slow', 'replaced', 'refused', 'stopping', 'failed'] as const

/** One of `END_REASONS`. */
export type EndReason = (typeof END_REASONS)[number]

/** Anything that is shown the frames of a channel: a multipart stream, or a picture inside another one. */
export interface Viewer {
  /** Shows a frame now; a viewer that is still receiving the previous frame skips to the newest one afterwards. */
  show(frame: Frame): void
  /** Ends the viewer. The last frame stays on screen. */
  end(reason: EndReason): void
}
