import type { Logger } from 'pino'

/** What to do when the process cannot go on. */
export interface KeepRunningInit {
  log: Logger
  /** Ends the process cleanly. */
  stop(): void
}

/** More unhandled errors than this within a minute, and the process stops: something is broken for good. */
const MAX_ERRORS = 10
const MINUTE = 60_000

/**
 * The last line of defence: logs an error that no code handled, a rejected promise too, and lets the process go on. One
 * forgotten handler must not cost every viewer's stream. After ten errors in a minute the process stops, so that what
 * supervises it can start a fresh one. The metric `imgcast_unhandled_errors_total` counts them.
 */
export function keepRunning({ log, stop }: KeepRunningInit): void {
  let times: number[] = []
  process.on('uncaughtException', (error: Error, origin) => {
    const now = performance.now()
    times = [...times.filter((time) => now - time < MINUTE), now]
    log.error({ origin, error: error?.stack ?? String(error) }, 'unhandled error, please report it')
    // Once: what goes wrong while it stops changes nothing.
    if (times.length === MAX_ERRORS + 1) {
      log.fatal({ errors: times.length }, 'too many unhandled errors in a minute, stopping')
      stop()
    }
  })
}
