import { StoreError } from '../../cluster/store-error.ts'
import { UpstreamError } from '../../edge/upstream-error.ts'
import { isStoreUnavailable } from '../../errors.ts'
import { formatFaults, type Options } from '../../imgcast/options.ts'
import { createImgcast } from '../../imgcast.ts'
import { StartError } from '../../render/start-error.ts'
import { USAGE_ERROR } from '../command.ts'
import { createLog } from './create-log.ts'
import { createServerFor } from './create-server.ts'
import { keepRunning } from './keep-running.ts'
import { listen } from './listen.ts'
import { serveProcesses } from './serve-processes.ts'
import { drainFor, SIGNALS, STOP_DEADLINE, stop } from './stop.ts'

const FAILED = 1
/** A Redis is chosen for several servers: a file would not do instead. */
const REDIS = /^(?:redis|valkey)s?:/
const STORE_REMEDY = 'Choose another place with --store file:<path>, or use --store memory: to keep nothing'

/**
 * Runs the server until SIGTERM, SIGINT or SIGHUP. Resolves to undefined when the server listens, or to the exit code if
 * its store cannot be opened, no render process starts, or its upstream refuses it.
 */
export async function serve(options: Options): Promise<number | undefined> {
  try {
    return await start(options)
  } catch (error) {
    if (error instanceof UpstreamError) {
      process.stderr.write(`${formatFaults([{ name: '--upstream', detail: error.detail }])}\n`)
      return USAGE_ERROR
    }
    if (error instanceof StartError) {
      process.stderr.write(`${error.message}\n`)
      return FAILED
    }
    if (isStoreUnavailable(error)) {
      // It was opened, and then refused or lost what the server reads at its start.
      process.stderr.write(
        `${formatFaults([{ name: '--store', detail: error.message.replace(/\.$/, '') }])}\n`,
      )
      return USAGE_ERROR
    }
    if (!(error instanceof StoreError)) throw error
    const detail = REDIS.test(options.store) ? error.detail : `${error.detail}. ${STORE_REMEDY}`
    process.stderr.write(`${formatFaults([{ name: '--store', detail }])}\n`)
    return error.isTaken ? FAILED : USAGE_ERROR
  }
}

/** Resolves when the server listens. */
async function start(options: Options): Promise<number | undefined> {
  const { port, host, tlsCert, tlsKey, drain, processes, ...rest } = options
  if (processes > 1) return serveProcesses(options)
  const log = await createLog(options.logLevel)
  // While the server starts there are no viewers yet, and the render processes end with this one.
  const leave = () => process.exit(0)
  for (const signal of SIGNALS) process.once(signal, leave)
  const imgcast = await createImgcast({ ...rest, log })
  // Only from here on: an error during the start ends the process.
  keepRunning({
    log,
    stop: () => {
      setTimeout(() => process.exit(1), STOP_DEADLINE).unref()
      void imgcast.close().finally(() => process.exit(1))
    },
  })
  const server = createServerFor(options, imgcast, log)
  // An edge has the token of its upstream.
  const isNew = options.token === undefined && options.upstream === undefined
  const token = isNew ? imgcast.token : undefined
  listen(server, { options, token, log, onFailed: () => imgcast.close() })
  for (const signal of SIGNALS) {
    process.off(signal, leave)
    process.on(signal, () => {
      const draining = drainFor({ signal, drain, server: imgcast, log })
      void draining.then(() => stop({ signal, server, imgcast, log }))
    })
  }
}
