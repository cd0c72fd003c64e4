import type { Source } from './read-rooms.ts'
import type { Selection } from './rows.ts'

/** The options of `imgcast top`. */
export interface TopSettings {
  source: Source
  /** Milliseconds from one reading to the next. */
  interval: number
  selection: Selection
}
