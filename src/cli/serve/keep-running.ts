import type { Logger } from 'pino'

/** The options of `keepRunning`. */
export interface KeepRunningInit {
  log: Logger
  /** Ends the process cleanly. */
  stop(): void
}

/** If there are more unhandled errors than this within a minute, the process stops, because it cannot recover. */
const MAX_ERRORS = 10
const MINUTE = 60_000

/**
 * The last line of defence: logs unhandled errors and rejections, and keeps the process running, so that one forgotten
 * handler does not end every stream. After ten errors in a minute the process stops, so that its supervisor can restart it.
 * The metric `imgcast_unhandled_errors_total` counts them.
 */
export function keepRunning({ log, stop }: KeepRunningInit): void {
  let times: number[] = []
  process.on('uncaughtException', (error: Error, origin) => {
    const now = performance.now()
    times = [...times.filter((time) => now - time < MINUTE), now]
    log.error({ origin, error: error?.stack ?? String(error) }, 'unhandled error, please report it')
    // Once: errors during the stop change nothing.
    if (times.length === MAX_ERRORS + 1) {
      log.fatal({ errors: times.length }, 'too many unhandled errors in a minute, stopping')
      stop()
    }
  })
}
