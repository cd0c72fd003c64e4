import type { Load } from '../../schema/load-schema.ts'
import type { Row, Totals } from './rows.ts'
import type { View } from './view.ts'

/** The state that a screen is rendered from. */
export interface Screen {
  url: string
  /** Milliseconds between two readings. */
  interval: number
  /** Time of the reading, in milliseconds since the epoch. */
  time: number
  rows: readonly Row[]
  totals: Totals
  load: Load | undefined
  view: View
  /** Why the last reading failed. */
  fault: string | undefined
}

/** The capabilities of the terminal. */
export interface Size {
  width: number
  height: number
  /** Whether the terminal can show blocks and arrows; otherwise ASCII. */
  isUnicode: boolean
}
