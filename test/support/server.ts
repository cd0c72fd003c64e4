import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { pino } from 'pino'
import type { Imgcast, ImgcastOptions } from '../../src/imgcast/imgcast-interface.ts'
import { createImgcast } from '../../src/imgcast.ts'

/** The widgets that tests draw: small, and each with one behaviour. */
export const FIXTURE_WIDGETS = new URL('../fixtures/widgets/', import.meta.url)

/** A server of this process on a free port, so that a test can read its state. */
export interface TestServer {
  imgcast: Imgcast
  url: string
  server: Server
  close(): Promise<void>
}

/**
 * Starts a server with the fixture widgets besides the built-in ones. With `widgets: []` it has none of them, and starts
 * with half the work: no compiler, and no spare render process.
 */
export async function startServer(
  options: ImgcastOptions = {},
  trustProxy: string | undefined = undefined,
): Promise<TestServer> {
  const log = pino({ level: process.env.TEST_LOG ?? 'silent' })
  const imgcast = await createImgcast({
    widgets: FIXTURE_WIDGETS,
    workers: 1,
    store: 'memory:',
    log,
    ...options,
  })
  const app = express()
  if (trustProxy !== undefined) app.set('trust proxy', trustProxy)
  app.use(imgcast.router)
  // Unlike a host app, it has no paths of its own: errors of all others are the server's.
  app.use((request, response) => imgcast.handler(request, response))
  const server = app.listen(0, '127.0.0.1').on('upgrade', imgcast.upgrade)
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  return {
    imgcast,
    server,
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      server.close()
      await imgcast.close()
      server.closeAllConnections()
    },
  }
}
