import type { Logger } from 'pino'
import { TokenBuckets } from './token-buckets.ts'

/** Lines with the same message: what a person can read, and what a disk can hold. */
const PER_MESSAGE = { perSecond: 1, burst: 60 }
/** All lines, since a message may be text that a widget printed. */
const IN_ALL = { perSecond: 50, burst: 500 }
const ALL = 'all'
const LEVELS = ['error', 'warn', 'info'] as const

/**
 * Returns a logger that writes no more than a bounded number of lines a second, whatever strangers do: of one message one
 * a second after a burst of 60, in all 50 after a burst of 500. The next line that is written has the number of those
 * that were not, as `suppressed`. Fatal and debug lines are not limited.
 * @param now milliseconds of any clock.
 */
export function limitLog(log: Logger, now?: () => number): Logger {
  const byMessage = new TokenBuckets(PER_MESSAGE, now)
  const inAll = new TokenBuckets(IN_ALL, now)
  let suppressed = 0
  const limited = LEVELS.map((level) => {
    const write = (fields: unknown, message?: string, ...values: unknown[]) => {
      const name = typeof fields === 'string' ? fields : (message ?? '')
      // The limit of one message is looked at first: a flood of one does not use up what there is for all.
      if (!byMessage.take(name) || !inAll.take(ALL)) {
        suppressed += 1
        return
      }
      const lost = suppressed
      suppressed = 0
      if (typeof fields === 'string') log[level]({ ...(lost > 0 && { suppressed: lost }) }, fields)
      else log[level]({ ...(fields as object), ...(lost > 0 && { suppressed: lost }) }, message, ...values)
    }
    return [level, { value: write }]
  })
  return Object.create(log, Object.fromEntries(limited))
}
