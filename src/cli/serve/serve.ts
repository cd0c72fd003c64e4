import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { createSecureServer, type Http2SecureServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { StoreError } from '../../cluster/store-error.ts'
import { createImgcast } from '../../imgcast.ts'
import type { Imgcast } from '../../imgcast-interface.ts'
import { formatFaults, type Options } from '../../options.ts'
import { showStopping } from '../../system/stopping-process.ts'
import { USAGE_ERROR } from '../command.ts'
import { createLog } from './create-log.ts'
import { describeListenFault } from './describe-listen-fault.ts'
import { keepRunning } from './keep-running.ts'
import { printBanner } from './print-banner.ts'
import { readCertificate, watchCertificate } from './watch-certificate.ts'

/** Milliseconds after which the process exits at the latest: it must stop within five seconds. */
const STOP_DEADLINE = 4_700
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const
/**
 * Connections that the kernel queues until they are accepted. If a crowd arrives at once, the rest would retry a second
 * later. Linux allows no more than this (`somaxconn`).
 */
const BACKLOG = 4096
/** Milliseconds that a TLS handshake may take. */
const HANDSHAKE_TIMEOUT = 10_000
/** Header fields of a request over HTTP/2: browsers send about 20, and one for each cookie. */
const MAX_HEADER_FIELDS = 100

const FAILED = 1
const STORE_REMEDY = 'Choose another place with --store file:<path>, or use --store memory: to keep nothing'

/**
 * Runs the server until SIGTERM, SIGINT or SIGHUP. Resolves to undefined when the server listens, or to the exit code if
 * its store cannot be opened.
 */
export async function serve(options: Options): Promise<number | undefined> {
  try {
    return await start(options)
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    const detail = `${error.detail}. ${STORE_REMEDY}`
    process.stderr.write(`${formatFaults([{ name: '--store', detail }])}\n`)
    return error.isTaken ? FAILED : USAGE_ERROR
  }
}

/** Resolves when the server listens. */
async function start(options: Options): Promise<undefined> {
  const { port, host, tlsCert, tlsKey, drain, ...rest } = options
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
  const server = createServerFor(options)
  if ('setSecureContext' in server && tlsCert !== undefined && tlsKey !== undefined)
    watchCertificate(server, { tlsCert, tlsKey }, log)
  imgcast.protect(server)
  server.on('request', imgcast.handler)
  server.on('upgrade', imgcast.upgrade)
  server.once('error', (error: NodeJS.ErrnoException) => void refuseToStart(error, imgcast, options))
  server.listen({ port, host, backlog: BACKLOG }, () => {
    const address = addressOf(server, options)
    const token = options.token === undefined ? imgcast.token : undefined
    printBanner({ address, site: options.publicUrl ?? address, token })
    // On a terminal the banner has just shown the address.
    if (!process.stdout.isTTY || !process.stderr.isTTY) {
      log.info({ address, widgets: options.widgets }, 'started')
    }
  })
  for (const signal of SIGNALS) {
    process.off(signal, leave)
    process.on(signal, () => void stopAfter(drain, { signal, server, imgcast, log }))
  }
}

function createServerFor({ tlsCert, tlsKey }: Options): Server | Http2SecureServer {
  if (tlsCert === undefined || tlsKey === undefined) return createServer()
  return createSecureServer({
    ...readCertificate({ tlsCert, tlsKey }),
    allowHTTP1: true,
    handshakeTimeout: HANDSHAKE_TIMEOUT,
    maxHeaderListPairs: MAX_HEADER_FIELDS,
  })
}

/** The address for a browser on this machine: `localhost` if it listens on loopback or on all interfaces. */
function addressOf(server: Server | Http2SecureServer, { host, tlsCert }: Options): string {
  const { port } = server.address() as AddressInfo
  const name = ['127.0.0.1', '0.0.0.0', '::', '::1'].includes(host) ? 'localhost' : host
  return `${tlsCert === undefined ? 'http' : 'https'}://${name.includes(':') ? `[${name}]` : name}:${port}`
}

async function refuseToStart(
  error: NodeJS.ErrnoException,
  imgcast: Imgcast,
  options: Options,
): Promise<void> {
  process.stderr.write(`${describeListenFault(error, options)}\n`)
  process.exitCode = 1
  await imgcast.close()
}

/** The parts to stop, and the signal that requested it. */
interface Stopping {
  signal: NodeJS.Signals
  server: Server | Http2SecureServer
  imgcast: Imgcast
  log: Logger
}

/** Reports that the server is not ready, keeps serving for the drain time, and stops. A second signal stops at once. */
async function stopAfter(drain: number, stopping: Stopping): Promise<void> {
  const { signal, imgcast, log } = stopping
  if (drain > 0) {
    log.info({ signal, drain }, 'draining')
    imgcast.drain()
    await Promise.race([sleep(drain), ...SIGNALS.map((each) => once(process, each))])
  }
  await stop(stopping)
}

/** Ends the process; the exit code is 1 if something could not be saved in time. */
async function stop({ signal, server, imgcast, log }: Stopping): Promise<void> {
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
