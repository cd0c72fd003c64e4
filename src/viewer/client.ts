/** The kinds of viewers' programs; browsers by their engine. */
export const FAMILIES = ['Chromium', 'Firefox', 'WebKit', 'other'] as const

/** The program of a viewer. */
export interface Client {
  readonly family: (typeof FAMILIES)[number]
  /** Whether its request has a proxy's headers. */
  readonly isForwarded: boolean
}
