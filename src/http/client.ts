import type { IncomingHttpHeaders } from 'node:http'
import { isBrowser, isChromium, isFirefox } from './user-agent.ts'

/** Kinds of programs that watch; browsers by their engine. */
export const FAMILIES = ['Chromium', 'Firefox', 'WebKit', 'other'] as const

/** What is known of the program behind a stream: one object for all that are alike. */
export interface Client {
  readonly family: (typeof FAMILIES)[number]
  /** Whether its request came through a proxy, as far as that says so. */
  readonly isForwarded: boolean
}

const CLIENTS: readonly Client[] = FAMILIES.flatMap((family) =>
  [true, false].map((isForwarded) => Object.freeze({ family, isForwarded })),
)

/** The program behind a request. There are few, so that ten thousand streams have no more of them. */
export function clientOf(headers: IncomingHttpHeaders): Client {
  const family = familyOf(headers['user-agent'] ?? '')
  const forwarded = isForwarded(headers)
  return CLIENTS.find((each) => each.family === family && each.isForwarded === forwarded) as Client
}

/** Whether a request says that it came through a proxy. */
export function isForwarded(headers: IncomingHttpHeaders): boolean {
  return (
    headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined || headers.via !== undefined
  )
}

function familyOf(userAgent: string): Client['family'] {
  if (isFirefox(userAgent)) return 'Firefox'
  if (isChromium(userAgent)) return 'Chromium'
  return isBrowser(userAgent) && userAgent.includes('AppleWebKit/') ? 'WebKit' : 'other'
}
