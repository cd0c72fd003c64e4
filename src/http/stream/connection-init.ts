import type { ServerResponse } from 'node:http'
import type { DirectSend } from '../../system/direct-send.ts'
import type { Traffic } from '../../viewer/traffic.ts'
import type { Framing } from '../negotiate.ts'
import type { Multipart } from './multipart.ts'
import type { StaleSettings } from './stale-frames.ts'

/** What a connection is made of. */
export interface ConnectionInit {
  response: ServerResponse
  multipart: Multipart
  framing: Framing
  /** Begin the next part early: Firefox then closes the connection as soon as its viewer leaves. */
  eager: boolean
  headers: Readonly<Record<string, string>>
  /** Milliseconds of silence after which bytes are sent that change nothing on screen. */
  heartbeat: number
  /** How its pictures mark themselves as stale. @default they never do */
  stale?: StaleSettings | undefined
  /** Returns the time, up to a second late: to read the exact one costs as much as half a send. @default performance.now */
  now?: () => number
  /** Counts the sent bytes. @default its own */
  traffic?: Traffic
  /** @default undefined: everything is written to the socket */
  directSend?: DirectSend | undefined
}
