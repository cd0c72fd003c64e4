import type { Source } from './read-rooms.ts'
import type { Selection } from './rows.ts'

/** The options of `imgcast top`. */
export interface TopSettings {
  source: Source
  /** Milliseconds between two readings. */
  interval: number
  selection: Selection
}
