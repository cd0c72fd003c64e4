import type { Drawing } from './protocol.ts'

/** Told what the renderer does, for whoever counts it. */
export interface RenderObserver {
  /** A picture was drawn. */
  drawn(widget: string, drawing: Drawing): void
  /** A picture could not be drawn. */
  failed(widget: string): void
  /** A render process died, or was killed for what it did. */
  died(): void
}
