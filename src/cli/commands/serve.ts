import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { createSecureServer, type Http2SecureServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { type Logger, pino } from 'pino'
import { StoreError } from '../../cluster/store-error.ts'
import { DASHBOARD } from '../../http/dashboard/dashboard.ts'
import { createImgcast, type Imgcast } from '../../imgcast.ts'
import { OPTIONS, type Options, sayFaults } from '../../options.ts'
import { type Command, USAGE_ERROR } from '../command.ts'
import { keepRunning } from '../keep-running.ts'

/** Milliseconds after which the process exits at the latest: it must stop within five seconds. */
const STOP_DEADLINE = 4_700
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const
/** Connections that may be open besides streams: for pages, stills and the API. */
const SPARE_CONNECTIONS = 1_000
/**
 * Connections that the kernel queues until they are accepted. In a crowd that arrives at once the others would retry a
 * second later. Linux allows no more than this (`somaxconn`).
 */
const BACKLOG = 4096
/** Longest request head. Node itself refuses longer ones, without a picture that an img could show. */
const MAX_HEAD_BYTES = 65_536
/** Milliseconds after which a connection without traffic is closed. Every stream has some every 15 s. */
const IDLE_TIMEOUT = 120_000

/** Runs the server until SIGTERM, SIGINT or SIGHUP. */
export const serveCommand: Command = {
  name: 'serve',
  about: 'run the server; the default',
  options: OPTIONS,
  read:
    ({ options: { server: _, ...options } }) =>
    () =>
      serve(options).catch((error: unknown) => {
        if (!(error instanceof StoreError)) throw error
        process.stderr.write(`${sayFaults([{ name: '--store', detail: error.detail }])}\n`)
        return USAGE_ERROR
      }),
}

/** Resolves while the server goes on running. */
async function serve(options: Options): Promise<undefined> {
  const { port, host, tlsCert, tlsKey, ...rest } = options
  // Standard output has the banner for people, standard error the log.
  const log = pino({ level: options.logLevel }, pino.destination(2))
  // While the server starts there are no viewers yet, and the render processes end with this one.
  const leave = () => process.exit(0)
  for (const signal of SIGNALS) process.once(signal, leave)
  const imgcast = await createImgcast({ ...rest, log })
  // From here on: an error during the start ends it.
  keepRunning({
    log,
    stop: () => {
      setTimeout(() => process.exit(1), STOP_DEADLINE).unref()
      void imgcast.close().finally(() => process.exit(1))
    },
  })
  // A property, as the server of HTTP/2 has no such option for its HTTP/1.1 requests.
  const server = Object.assign(createServerFor(options), { maxHeaderSize: MAX_HEAD_BYTES })
  server.maxConnections = options.maxConnections + SPARE_CONNECTIONS
  server.setTimeout(IDLE_TIMEOUT)
  server.on('request', imgcast.handler)
  server.on('upgrade', imgcast.upgrade)
  server.once('error', (error: NodeJS.ErrnoException) => void refuseToStart(error, imgcast, log))
  server.listen({ port, host, backlog: BACKLOG }, () => {
    const address = addressOf(server, options)
    greet(address, options.publicUrl ?? address, imgcast, options.token === undefined)
    log.info({ address, widgets: options.widgets }, 'started')
  })
  for (const signal of SIGNALS) {
    process.off(signal, leave)
    process.on(signal, () => void stop(signal, server, imgcast, log))
  }
}

function createServerFor({ tlsCert, tlsKey }: Options): Server | Http2SecureServer {
  if (tlsCert === undefined || tlsKey === undefined) return createServer()
  return createSecureServer({ cert: readFileSync(tlsCert), key: readFileSync(tlsKey), allowHTTP1: true })
}

/** The address for a browser on this machine: `localhost` if it listens on loopback or on all interfaces. */
function addressOf(server: Server | Http2SecureServer, { host, tlsCert }: Options): string {
  const { port } = server.address() as AddressInfo
  const name = ['127.0.0.1', '0.0.0.0', '::', '::1'].includes(host) ? 'localhost' : host
  return `${tlsCert === undefined ? 'http' : 'https'}://${name.includes(':') ? `[${name}]` : name}:${port}`
}

function greet(address: string, site: string, { token }: Imgcast, made: boolean): void {
  const shown = made
    ? `${token}   (made for this run; set IMGCAST_TOKEN to keep one)`
    : 'the one of IMGCAST_TOKEN or --token'
  process.stdout.write(
    [
      '',
      `  Imgcast is live at   ${address}`,
      `  Dashboard            ${site}${DASHBOARD}`,
      `  Dashboard token      ${shown}`,
      '  Stop it with         Ctrl+C',
      '',
      '',
    ].join('\n'),
  )
}

async function refuseToStart(error: NodeJS.ErrnoException, imgcast: Imgcast, log: Logger): Promise<void> {
  log.fatal(
    { error: error.message },
    `cannot listen: ${error.code === 'EADDRINUSE' ? 'the port is taken, choose another with --port' : error.message}`,
  )
  process.exitCode = 1
  await imgcast.close()
}

/** Ends the process: with 1 if something could not be saved, or not in time. */
async function stop(
  signal: string,
  server: Server | Http2SecureServer,
  imgcast: Imgcast,
  log: Logger,
): Promise<void> {
  log.info({ signal, connections: imgcast.stats().connections }, 'stopping')
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
