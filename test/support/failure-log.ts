import type { Logger } from 'pino'
import { FailureLog } from '../../src/http/failure-log.ts'
import { RefusalLog } from '../../src/http/refusal-log.ts'

/** A failure log whose refusals go to the same log. */
export function createFailureLog(log: Logger): FailureLog {
  return new FailureLog(log, new RefusalLog({ log }))
}
