import type { Row, Totals } from './rows.ts'
import type { View } from './view.ts'

/** All that a screen is drawn from. */
export interface Screen {
  url: string
  /** Milliseconds between two readings. */
  interval: number
  /** When the rooms were read: milliseconds since 1970. */
  time: number
  rows: readonly Row[]
  totals: Totals
  view: View
  /** Why there is nothing newer. */
  fault: string | undefined
}

/** What it is drawn on. */
export interface Size {
  width: number
  height: number
  /** Whether the terminal has blocks and arrows, or ASCII only. */
  isUnicode: boolean
}
