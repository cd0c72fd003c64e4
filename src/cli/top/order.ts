import type { Source } from './read-rooms.ts'
import type { Selection } from './rows.ts'

/** What a command line wants to be shown. */
export interface Order {
  source: Source
  /** Milliseconds from one reading to the next. */
  interval: number
  selection: Selection
}
