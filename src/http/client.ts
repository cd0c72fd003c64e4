import type { IncomingHttpHeaders } from 'node:http'
import { type Client, FAMILIES } from '../viewer/client.ts'
import { headerText } from './header-text.ts'
import { isBrowser, isChromium, isFirefox } from './user-agent.ts'

/** One object for each kind, shared by all viewers of that kind: there can be ten thousand of them. */
const CLIENTS: readonly Client[] = FAMILIES.flatMap((family) =>
  [true, false].map((isForwarded) => Object.freeze({ family, isForwarded })),
)

/** The program that made a request. */
export function clientOf(headers: IncomingHttpHeaders): Client {
  const family = familyOf(headerText(headers, 'user-agent'))
  const forwarded = isForwarded(headers)
  return CLIENTS.find((each) => each.family === family && each.isForwarded === forwarded) as Client
}

/** Whether a request has a proxy's headers. */
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
