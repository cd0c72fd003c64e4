/** A finding's level: `unknown` if it cannot be determined from here. Only `problem` makes the command fail. */
export type Level = 'ok' | 'warning' | 'problem' | 'unknown'

/** The checks, in the order of the report. */
export type CheckId =
  | 'reachable'
  | 'certificate'
  | 'imgcast'
  | 'picture'
  | 'http-version'
  | 'client-protocol'
  | 'headers'
  | 'stream'
  | 'first-picture'
  | 'push-delay'
  | 'buffering'
  | 'stays-open'
  | 'websocket'
  | 'counted'
  | 'close-seen'
  | 'visitors'
  | 'servers'
  | 'audit'

/** The result of one check. */
export interface Finding {
  id: CheckId
  level: Level
  /** The observation, in a few words. */
  detail: string
  /** What to do, in a sentence or two; missing if nothing is wrong. */
  remedy?: string
}
