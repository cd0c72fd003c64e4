import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Imgcast } from '../../imgcast/imgcast-interface.ts'
import { showStopping } from '../../system/stopping-process.ts'

/** The signals that stop a server. */
export const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const

/** Milliseconds after which the process exits at the latest: it must stop within five seconds. */
export const STOP_DEADLINE = 4_700

/** The parts to stop, and the signal that requested it. */
export interface Stopping {
  signal: NodeJS.Signals
  server: { close(): unknown }
  imgcast: Imgcast
  log: Logger
}

/** What reports that it is not ready, and keeps serving. */
export interface Draining {
  signal: NodeJS.Signals
  /** Milliseconds. */
  drain: number
  server: { drain(): void }
  log: Logger
}

/** Reports that a server is not ready, and resolves after the drain time. A second signal ends it at once. */
export async function drainFor({ signal, drain, server, log }: Draining): Promise<void> {
  if (drain === 0) return
  log.info({ signal, drain }, 'draining')
  server.drain()
  await Promise.race([sleep(drain), ...SIGNALS.map((each) => once(process, each))])
}

/** Ends the process; the exit code is 1 if something could not be saved in time. */
export async function stop({ signal, server, imgcast, log }: Stopping): Promise<void> {
  log.info({ signal, connections: imgcast.stats().connections }, 'stopping')
  // A server that is started meanwhile waits for this one to close the store.
  showStopping()
  setTimeout(() => process.exit(1), STOP_DEADLINE).unref()
  server.close()
  try {
    await imgcast.close()
  } catch (error) {
    log.fatal({ error: (error as Error).message }, 'stopped, but not everything could be saved')
    process.exit(1)
  }
  log.info('stopped')
  process.exit(0)
}
