import type { ProxyName } from './proxy.ts'

/** An attempt that failed: how far it came, and the system's or TLS's own code for it. */
export interface Failure {
  stage: 'name' | 'connection' | 'tls' | 'response'
  code: string
  message: string
}

/** The way to the server, up to the first response. */
export interface Reach {
  /** Where redirects led to. */
  url: string
  failure?: Failure
  /** The address that answered. */
  address?: string
  /** Addresses of the same name that did not. */
  dead: string[]
  /** Milliseconds from before the name was looked up until a request could be sent. */
  connected?: number
  tls?: { version: string; validTo: string; fault?: string }
  protocol: Protocol
  redirects: string[]
}

/** What is spoken with the client. */
export type Protocol = 'HTTP/1.1' | 'HTTP/2'

/** The head of one response. */
export interface Seen {
  status: number
  headers: Readonly<Record<string, string>>
}

/** What was found at the address. */
export interface Identity extends Seen {
  /** Where Imgcast's own paths begin; undefined where there is no Imgcast. */
  base: string | undefined
  /** How the picture at the address should come; undefined where it is not that of one picture. */
  wanted: 'stream' | 'still' | undefined
  /** What a problem document says where the status is an error. */
  said?: string
}

/** A stream's head and its first picture. */
export interface Opened extends Partial<Seen> {
  /** Whether it came as a still, until a stream was asked for outright. */
  isStill: boolean
  /** Whether no head came to whoever takes compressed answers, but one to others. */
  isHeldToCompress: boolean
  /** Milliseconds from the request to the first whole picture; undefined if none came. */
  first: number | undefined
}

/** Pictures that change every `interval`, as they arrived. */
export interface Pace {
  interval: number
  watched: number
  /** Milliseconds since the first, when each arrived. */
  arrivals: number[]
}

/** A viewer who came and went. */
export interface Visit {
  /** Whether the server ever counted it. */
  isCounted: boolean
  /** Milliseconds from its close until it was not counted any more; undefined if that did not come. */
  uncounted: number | undefined
  /** How long that was waited for. */
  patience: number
}

/** Who is told apart; undefined where there was no way to try. */
export interface Visitors {
  /** A second viewer from another address is a second visitor. */
  apart: boolean | undefined
  /** A viewer who says another address than it has is a second visitor. */
  forged: boolean | undefined
}

/** A picture that does not change. */
export interface Quiet {
  /** Milliseconds it was watched. */
  watched: number
  /** Milliseconds after which it ended; undefined while it is open. */
  ended: number | undefined
}

/** What the server says of its counts and its kernel: see http/audit/audit. */
export interface Audited {
  status: number
  agrees?: boolean
}

/** Everything that was seen, before anything is made of it; times are milliseconds. */
export interface Observations {
  reach: Reach
  proxy: ProxyName
  identity?: Identity
  /** Median time that a small request takes. */
  roundTrip?: number
  opened?: Opened
  /** How late each change was; infinite for one that did not come. */
  pushes?: number[]
  pace?: Pace
  quiet?: Quiet
  /** Undefined where the counts cannot be read. */
  visit?: Visit
  visitors?: Visitors
  /** What `GET /api/audit` says, if there is a token. */
  audit?: Audited
}
