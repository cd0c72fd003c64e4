import type { AddressInfo, Server } from 'node:net'
import type { Logger } from 'pino'
import type { Options } from '../../imgcast/options.ts'
import { describeListenFault } from './describe-listen-fault.ts'
import { printBanner } from './print-banner.ts'

/**
 * Connections that the kernel queues until they are accepted. If a crowd arrives at once, the rest would retry a second
 * later. Linux allows no more than this (`somaxconn`).
 */
const BACKLOG = 4096

/** The parts to listen with. */
export interface Listening {
  options: Options
  /** The API's token, if it was generated for this run. */
  token: string | undefined
  log: Logger
  /** Called if the server cannot listen, after that was reported. */
  onFailed(): Promise<void>
}

/** Makes a server listen, and reports its address or why it has none. */
export function listen(server: Server, { options, token, log, onFailed }: Listening): void {
  const { port, host } = options
  server.once('error', (error: NodeJS.ErrnoException) => {
    process.stderr.write(`${describeListenFault(error, options)}\n`)
    process.exitCode = 1
    void onFailed()
  })
  server.listen({ port, host, backlog: BACKLOG }, () => {
    const address = addressOf(server, options)
    printBanner({ address, site: options.publicUrl ?? address, token })
    // On a terminal the banner has just shown the address.
    if (!process.stdout.isTTY || !process.stderr.isTTY) {
      log.info({ address, widgets: options.widgets }, 'started')
    }
  })
}

/** The address for a browser on this machine: `localhost` if it listens on loopback or on all interfaces. */
function addressOf(server: Server, { host, tlsCert }: Options): string {
  const { port } = server.address() as AddressInfo
  const name = ['127.0.0.1', '0.0.0.0', '::', '::1'].includes(host) ? 'localhost' : host
  return `${tlsCert === undefined ? 'http' : 'https'}://${name.includes(':') ? `[${name}]` : name}:${port}`
}
