import type { Socket } from 'node:net'
import { findDriver } from '../../cluster/drivers.ts'
import { sharedDriver } from '../../cluster/shared/shared-driver.ts'
import { SharedSiblings } from '../../cluster/shared/shared-siblings.ts'
import { isSiblingsMessage } from '../../cluster/shared/siblings-wire.ts'
import { isMessage } from '../../cluster/shared/wire.ts'
import { withSiblings } from '../../cluster/shared/with-siblings.ts'
import type { Options } from '../../imgcast/options.ts'
import { createImgcast } from '../../imgcast.ts'
import { dieWithParent } from '../../system/die-with-parent.ts'
import { createLog } from './create-log.ts'
import { createServerFor } from './create-server.ts'
import { keepRunning } from './keep-running.ts'
import { isServerMessage, type ReadyMessage, type ServerMessage } from './server-message.ts'
import { SIGNALS, stop } from './stop.ts'

// One of several server processes: `serve-processes.ts` starts it, accepts its connections and stops it.

dieWithParent()
// A terminal and a service manager signal the whole group: the parent says when to stop.
for (const signal of SIGNALS) process.on(signal, () => {})
process.on('disconnect', () => process.exit(1))
process.on('message', begin)

function begin(message: unknown): void {
  if (!isServerMessage<ServerMessage>(message) || message.server !== 'start') return
  process.off('message', begin)
  serve(message.options, message.group).catch((error: Error) => {
    process.stderr.write(`${error.message}\n`)
    process.exit(1)
  })
}

async function serve(options: Options, group: string): Promise<void> {
  const { port, host, tlsCert, tlsKey, drain, processes, store, ...rest } = options
  const log = await createLog(options.logLevel)
  const siblings = new SharedSiblings(toChannel(isSiblingsMessage), group)
  const { driver, rest: location } = findDriver(store) ?? {
    driver: sharedDriver(toChannel(isMessage)),
    rest: '',
  }
  const imgcast = await createImgcast({ ...rest, log, store: withSiblings(driver, location, siblings) })
  keepRunning({ log, stop: () => process.exit(1) })
  const server = createServerFor(options, imgcast, log)
  // Node begins to check the times of heads and bodies when a server listens. This one gets its sockets from the parent.
  server.emit('listening')
  process.on('message', (message: unknown, socket?: Socket) => {
    if (!isServerMessage<ServerMessage>(message)) return
    if (message.server === 'accept') {
      // The client may have gone meanwhile.
      if (socket) accept(socket)
    } else if (message.server === 'drain') imgcast.drain()
    else if (message.server === 'stop')
      void stop({ signal: message.signal, server: { close: () => {} }, imgcast, log })
  })
  process.send?.({ server: 'ready' } satisfies ReadyMessage)

  function accept(socket: Socket): void {
    server.emit('connection', socket)
    socket.resume()
  }
}

/** The messages of one kind to and from the parent. */
function toChannel<M extends object>(isOne: (message: unknown) => message is M) {
  return {
    post: (message: M) => void process.send?.(message),
    onMessage: (listener: (message: M) => void) => {
      process.on('message', (message: unknown) => {
        if (isOne(message)) listener(message)
      })
    },
  }
}
