import type { Logger } from 'pino'
import type { RefusalLog } from '../http/refusal-log.ts'
import { ServerGuard } from '../http/server/server-guard.ts'
import type { Options } from './options.ts'

/** Sockets of one address in addition to its streams. */
const SPARE_SOCKETS_PER_ADDRESS = 100

/** Creates the limits for the sockets of a server from its options. */
export function createServerGuard(options: Options, log: Logger, refusals: RefusalLog): ServerGuard {
  const { maxConnections, maxConnectionsPerAddress, maxSocketsPerAddress, trustProxy } = options
  return new ServerGuard({
    maxConnections,
    maxSocketsPerAddress: maxSocketsPerAddress || maxConnectionsPerAddress + SPARE_SOCKETS_PER_ADDRESS,
    ...{ trustProxy, log, refusals },
  })
}
