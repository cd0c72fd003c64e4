/** Kinds of programs that watch; browsers by their engine. */
export const FAMILIES = ['Chromium', 'Firefox', 'WebKit', 'other'] as const

/** What is known of the program of a viewer. */
export interface Client {
  readonly family: (typeof FAMILIES)[number]
  /** Whether its request says that it came through a proxy. */
  readonly isForwarded: boolean
}
