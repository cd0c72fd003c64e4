import type { ProxyName } from './proxy.ts'

/** A failed attempt: the stage it reached, and the error code of the system or of TLS. */
export interface Failure {
  stage: 'name' | 'connection' | 'tls' | 'response'
  code: string
  message: string
}

/** The path to the server, up to its first response. */
export interface Reach {
  /** The URL after redirects. */
  url: string
  failure?: Failure
  /** The address that accepted the connection. */
  address?: string
  /** Addresses of the same name that did not accept one. */
  dead: string[]
  /** Milliseconds from the name lookup until a request could be sent. */
  connected?: number
  tls?: { version: string; validTo: string; fault?: string }
  protocol: Protocol
  redirects: string[]
}

/** The protocol between the client and the next hop. */
export type Protocol = 'HTTP/1.1' | 'HTTP/2'

/** The head of one response. */
export interface Seen {
  status: number
  headers: Readonly<Record<string, string>>
}

/** The server at the address. */
export interface Identity extends Seen {
  /** The path that Imgcast is mounted at; undefined for another server. */
  base: string | undefined
  /** How the picture at the address should be delivered; undefined if the address is not a picture's. */
  wanted: 'stream' | 'still' | undefined
  /** The detail of the problem document, for an error status. */
  problem?: string
}

/** A stream's head and its first picture. */
export interface Opened extends Partial<Seen> {
  /** Whether the first request returned a still, and only `delivery=stream` a stream. */
  isStill: boolean
  /** Whether a response arrived only for a request without `Accept-Encoding`. */
  isHeldToCompress: boolean
  /** Milliseconds from the request to the first complete picture; undefined if none arrived. */
  first: number | undefined
}

/** The arrivals of pictures that change every `interval`. */
export interface Pace {
  interval: number
  watched: number
  /** Milliseconds from the first arrival to each. */
  arrivals: number[]
}

/** A viewer that joined and left. */
export interface Visit {
  /** Whether the server ever counted it. */
  isCounted: boolean
  /** Milliseconds from its close until it was no longer counted; undefined if it always was. */
  uncounted: number | undefined
  /** Milliseconds that this was waited for. */
  patience: number
}

/** Which viewers are distinguished; undefined if it could not be tried. */
export interface Visitors {
  /** Whether a second viewer from another address is a second visitor. */
  apart: boolean | undefined
  /** Whether a viewer with a forged address is a second visitor. */
  forged: boolean | undefined
}

/** The stream of an unchanging picture. */
export interface Quiet {
  /** Milliseconds that it was watched. */
  watched: number
  /** Milliseconds after which it ended; undefined while it is open. */
  ended: number | undefined
}

/** The server's own audit; see http/audit/audit. */
export interface Audited {
  status: number
  agrees?: boolean
  /** Servers that were compared, and that could not be. */
  compared?: number
  missing?: number
}

/** The servers that share the counts; see schema/load-schema. */
export interface SeenNodes {
  servers: number
  edges: number
  isPartial: boolean
}

/** The attempt to open a WebSocket. */
export interface SocketSeen {
  /** Whether one opened, and carried a message each way. */
  isOpen: boolean
  /** The status of the response in place of one; undefined if none came. */
  status?: number | undefined
}

/** All observations, without conclusions. Times are milliseconds. */
export interface Observations {
  reach: Reach
  proxy: ProxyName
  identity?: Identity
  /** The protocol that the server takes this client to speak, as its `X-Client-Protocol`; undefined if it does not say. */
  clientProtocol?: string
  /** Median of the round trip of a small request. */
  roundTrip?: number
  opened?: Opened
  socket?: SocketSeen
  /** The delay of each change; infinite for one that did not arrive. */
  pushes?: number[]
  pace?: Pace
  quiet?: Quiet
  /** Undefined if the counts cannot be read. */
  visit?: Visit
  visitors?: Visitors
  /** The response of `GET /api/audit`; undefined without a token. */
  audit?: Audited
  /** Undefined without a token, and for a server alone. */
  nodes?: SeenNodes
}
