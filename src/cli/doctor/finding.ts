/** How it is: `unknown` where nobody could tell from here. Only a `problem` makes the command fail. */
export type Level = 'ok' | 'warning' | 'problem' | 'unknown'

/** What is looked at, in the order in which it is told. */
export type CheckId =
  | 'reachable'
  | 'certificate'
  | 'imgcast'
  | 'picture'
  | 'http-version'
  | 'headers'
  | 'stream'
  | 'first-picture'
  | 'push-delay'
  | 'buffering'
  | 'stays-open'
  | 'counted'
  | 'close-seen'
  | 'visitors'
  | 'audit'

/** What one check found out. */
export interface Finding {
  id: CheckId
  level: Level
  /** What was seen, in a few words. */
  detail: string
  /** What to do about it, in a sentence or two; there is none where it is as it should be. */
  remedy?: string
}
