import type { Duration } from './duration.ts'

/** Limits of one widget. Exceeding one ends its process and shows its error card. */
export interface Limits {
  /** The time for `load`, and again for `draw`: milliseconds or `'5s'`; at most a minute. @default `--draw-timeout` */
  timeout?: number | Duration
  /** Memory of its process, including canvases; at least 150 MB. The widget then has a process of its own. @default a gigabyte, shared with other widgets */
  memoryBytes?: number
}
