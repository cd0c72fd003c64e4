import type { Logger } from 'pino'
import type { RenderObserver } from './observer.ts'
import type { StateRequest } from './protocol.ts'

/** The options of the renderer. */
export interface RendererSettings {
  /** Folders of widget modules; of two modules with one name the one in the later folder is used. */
  folders: readonly string[]
  /** The number of processes that the well-behaved widgets share. */
  workers: number
  /** Folders of fonts for all pictures. @default none */
  fonts?: readonly string[]
  /** Milliseconds a drawing may take before its process is killed. */
  drawTimeout: number
  log: Logger
  /** Keeps a warm process for code that will be saved. @default false */
  reloads?: boolean
  /** Reads or writes the state of a widget's room. */
  onState(request: StateRequest): Promise<unknown>
  /** Fetches a picture of another server. @default none can be fetched */
  onImage?(url: string): Promise<Uint8Array>
  /** Milliseconds by which the clock of this process is behind the time that pictures show. @default 0 */
  clockOffset?(): number
  observer?: RenderObserver
}
