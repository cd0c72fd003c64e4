import { randomBytes } from 'node:crypto'
import { createServer } from 'node:net'
import type { Logger } from 'pino'
import { type Cluster, createCluster } from '../../cluster/cluster.ts'
import { findDriver } from '../../cluster/drivers.ts'
import { PartsHost } from '../../cluster/shared/parts-host.ts'
import { trustOf } from '../../http/server/server-guard.ts'
import type { Options } from '../../imgcast/options.ts'
import { createPictureFiles, pictureFolder } from '../../pushed/picture-files.ts'
import { showStopping } from '../../system/stopping-process.ts'
import { createLog } from './create-log.ts'
import { keepRunning } from './keep-running.ts'
import { listen } from './listen.ts'
import { ServerProcesses } from './server-processes.ts'
import { drainFor, SIGNALS, STOP_DEADLINE } from './stop.ts'

const FAILED = 1

/**
 * Runs the server in several processes. This one accepts the connections and has the store; the others serve. Resolves
 * to undefined when it listens, or to the exit code if a process cannot start. Rejects with a `StoreError` if the store
 * cannot be opened.
 */
export async function serveProcesses(options: Options): Promise<number | undefined> {
  const log = await createLog(options.logLevel)
  const leave = () => process.exit(0)
  for (const signal of SIGNALS) process.once(signal, leave)
  const token = options.token ?? randomBytes(18).toString('base64url')
  const cluster = findDriver(options.store)?.driver.isShared ? undefined : await openCluster(options, log)
  const host = cluster && new PartsHost(cluster, createPictureFiles(pictureFolder(options.store)))
  const processes = new ServerProcesses({
    count: options.processes,
    options: { ...options, token, ...(cluster && { store: '' }) },
    host,
    isProxy: trustOf(options.trustProxy),
    log,
  })
  try {
    await processes.start()
  } catch (error) {
    // Each process that could not start has printed its reason.
    process.stderr.write(`--processes: ${(error as Error).message}\n`)
    await processes.stop('SIGTERM')
    host?.close()
    await close(cluster, log)
    return FAILED
  }
  const server = createServer({ pauseOnConnect: true }, (socket) => processes.accept(socket))
  let isStopping = false
  const stop = async (signal: NodeJS.Signals, code = 0) => {
    if (isStopping) return
    isStopping = true
    if (code === 0) await drainFor({ signal, drain: options.drain, server: processes, log })
    showStopping()
    setTimeout(() => process.exit(1), STOP_DEADLINE).unref()
    server.close()
    const isSaved = await processes.stop(signal)
    host?.close()
    process.exit(code || Number(!(await close(cluster, log)) || !isSaved))
  }
  keepRunning({ log, stop: () => void stop('SIGTERM', 1) })
  listen(server, {
    ...{ options, log, token: options.token === undefined ? token : undefined },
    onFailed: () => stop('SIGTERM', 1),
  })
  for (const signal of SIGNALS) {
    process.off(signal, leave)
    process.on(signal, () => void stop(signal))
  }
}

function openCluster(options: Options, log: Logger): Promise<Cluster> {
  const { store, history, maxRooms, maxVisitorsPerAddress } = options
  return createCluster(store, log, { retention: history, maxRooms, maxVisitorsPerAddress })
}

/** Whether everything could be saved. */
async function close(cluster: Cluster | undefined, log: Logger): Promise<boolean> {
  try {
    await cluster?.close()
    return true
  } catch (error) {
    log.fatal({ error: (error as Error).message }, 'stopped, but not everything could be saved')
    return false
  }
}
