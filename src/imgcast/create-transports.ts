import type { Logger } from 'pino'
import type { Presence } from '../cluster/presence.ts'
import { FailureLog } from '../http/failure-log.ts'
import { ForwardingCheck } from '../http/forwarding-check.ts'
import { LiveAddresses } from '../http/picture/live-picture.ts'
import { allowedHosts } from '../http/picture/referrer.ts'
import type { RefusalLog } from '../http/refusal-log.ts'
import type { ServerGuard } from '../http/server/server-guard.ts'
import { LiveSockets } from '../http/socket/live-sockets.ts'
import { Probe } from '../http/stream/probe.ts'
import { Streams } from '../http/stream/streams.ts'
import type { Cards } from '../picture/cards.ts'
import { createDirectSend } from '../system/direct-send.ts'
import { SocketOptions } from '../system/socket-options.ts'
import { LivePictures } from '../viewer/live-pictures.ts'
import { Viewers } from '../viewer/viewers.ts'
import { Visits } from '../viewer/visits.ts'
import type { Closers } from './closers.ts'
import type { Options } from './options.ts'

type AddressesInit = ConstructorParameters<typeof LiveAddresses>[0]

/** The parts that an origin and an edge make in different ways. */
export interface TransportsInit
  extends Pick<ConstructorParameters<typeof Viewers>[0], 'channels' | 'memberships' | 'hits' | 'viewerKeys'>,
    AddressesInit {
  options: Options
  cards: Cards
  presence: Presence
  serverGuard: ServerGuard
  refusals: RefusalLog
  closers: Closers
  log: Logger
  /** Whether new viewers are admitted. */
  isReady(): boolean
}

/** Milliseconds that viewers have to receive their last picture. */
const LAST_PICTURE_TIMEOUT = 2_500

/** Makes what sends pictures to viewers, over multipart streams and WebSockets, and what both of them share. */
export function createTransports(init: TransportsInit) {
  const { options, presence, serverGuard, refusals, closers, log, isReady, cards } = init
  const { heartbeat, ghostTimeout, allowReferrer: allowed, publicUrl } = options
  const livePictures = new LivePictures(options.livePerBrowser)
  const socketOptions = new SocketOptions(ghostTimeout, log)
  const { channels, memberships, hits, viewerKeys, ...addresses } = init
  const viewers = new Viewers({
    ...{ channels, memberships, hits, viewerKeys, cards, socketOptions, livePictures },
    limits: options,
  })
  const visits = new Visits(presence)
  const probe = options.probe === 'on' ? new Probe() : undefined
  const directSend = options.directSend === 'auto' ? createDirectSend() : undefined
  const streams = new Streams({ viewers, livePictures, visits, heartbeat, probe, directSend })
  const allowReferrer = allowedHosts(allowed, publicUrl)
  const forwarding = new ForwardingCheck(log)
  const failures = new FailureLog(log, refusals)
  const sockets = new LiveSockets({
    ...{ viewers, cards, failures, forwarding, allowReferrer, ghostTimeout, directSend, isReady },
    limits: options,
    addresses: new LiveAddresses(addresses),
    onAccepted: (socket) => serverGuard.onUpgrade(socket),
  })
  closers.defer(() => streams.close())
  closers.defer(() => sockets.close())
  closers.defer(() => viewers.close(LAST_PICTURE_TIMEOUT))
  if (probe) closers.defer(() => probe.close())
  return { viewers, streams, sockets, probe, allowReferrer, forwarding, failures }
}
