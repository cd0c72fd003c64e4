import type { ProcessUsage } from '../system/process-group.ts'
import type { Drawing } from './protocol.ts'

/** Receives what the renderer does, for metrics. */
export interface RenderObserver {
  /** A picture was drawn. */
  drawn(widget: string, drawing: Drawing): void
  /** A picture could not be drawn. */
  failed(widget: string): void
  /** A picture's drawing began after it had waited for its turn this long, in milliseconds. */
  waited(wait: number): void
  /** A render process died, or was killed by its watchdog. */
  died(): void
}

/** What render processes use and have to do, as it is now. */
export interface RenderLoad {
  usage: ProcessUsage
  processes: number
  /** How many of them the well-behaved widgets share. */
  workers: number
  /** Pictures that wait. */
  waiting: number
}
