import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import type { Driver } from '../cluster/driver.ts'
import type { PictureFile } from '../http/picture/host-pictures.ts'
import type { Handler, Upgrade } from '../http/request.ts'
import type { GuardedServer } from '../http/server/server-guard.ts'
import type { HostEvents } from './host-events.ts'
import type { HostRoom } from './host-room.ts'
import type { EmbeddedOptions } from './options.ts'
import type { WidgetInfo } from './widget-list.ts'

/**
 * A request handler with `next`, as `app.use` takes it in Express 4, in Express 5 and in Connect. Not Express's own type,
 * so that an app needs no types of Express.
 */
export type Router = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void

/** The options of `createImgcast`; a host app decides everything else. */
export type ImgcastOptions = Omit<EmbeddedOptions, 'widgets' | 'store'> & {
  /** The store for state, counts and history: a location, or your own driver. @default 'memory:', which keeps nothing */
  store?: string | Driver | undefined
  /** Folders of your own widget modules, in addition to the built-in ones. */
  widgets?: string | URL | (string | URL)[]
  /** The proxies that `handler` trusts. For `router`, use the Express app's own setting. @default none */
  trustProxy?: string | undefined
  /** The log. @default standard output, at `logLevel` */
  log?: Logger
}

/** The server's counts, for tests and operators. */
export interface Stats {
  connections: number
  channels: number
  rooms: number
  /** Bytes spent on probing streams whose page may have been left. */
  probeBytes: number
  /** Process ids of the render processes. */
  renderers: number[]
}

/** A live image server, to be mounted in an Express app or in a server of `node:http` or `node:http2`. */
export interface Imgcast {
  /** `app.use('/live', imgcast.router)`, in Express 4 or 5. */
  readonly router: Router
  /** `createServer(imgcast.handler)`, without a host app. */
  readonly handler: Handler
  /** The handler for a path of an app of any framework: `imgcast.handlerAt('/live')`. */
  handlerAt(path: string): Handler
  /** `server.on('upgrade', imgcast.upgrade)`, for a server of `node:http`. */
  readonly upgrade: Upgrade
  /**
   * Limits the cost of one client to the host app's own server: open sockets by address, the time to send a complete
   * request, and over HTTP/2 streams, heads, unsent bytes and cancelled requests. Call it before the server listens.
   */
  protect(server: GuardedServer): void
  /** The token of the API; random if none was set. */
  readonly token: string
  readonly log: Logger
  /**
   * The state, counts, history and events of a room, `<widget>/<key>`.
   * @throws PublicError for a malformed name, or a key that the widget does not have.
   */
  room(room: string): HostRoom
  /** `join`, `leave`, `state` and `delete` of all rooms. */
  readonly events: HostEvents
  /** Loads and draws every open picture of a room again, or of all rooms, on every node. */
  redraw(room?: string): Promise<void>
  /**
   * Draws the picture of a path like `/online/lobby.png?scale=2`, without a viewer or a hit; rejects with the `PublicError`
   * that a request for it would get.
   */
  render(path: string): Promise<PictureFile>
  /** The widgets that are loaded, by name. */
  readonly widgets: readonly WidgetInfo[]
  stats(): Stats
  /** Makes `/readyz` return 503, so that a load balancer sends no new viewers. The server keeps serving. */
  drain(): void
  /**
   * Ends the streams so that their last pictures stay on screen, saves, and ends the render processes, within 4 s.
   * Rejects if something could not be saved.
   */
  close(): Promise<void>
}
