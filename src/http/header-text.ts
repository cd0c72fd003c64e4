import type { IncomingHttpHeaders } from 'node:http'

/**
 * The longest beginning of a header that is read, in characters. Browsers send at most 300 of a user agent and 200 of
 * the others; a head may have 16 kB.
 */
const LONGEST = {
  'user-agent': 512,
  accept: 1024,
  'accept-language': 512,
} as const

/**
 * The beginning of a header that a stranger wrote, empty where there is none. It is cut before anything is searched in it,
 * so that a long header costs no more than a short one.
 */
export function headerText(headers: IncomingHttpHeaders, name: keyof typeof LONGEST): string {
  return (headers[name] ?? '').slice(0, LONGEST[name])
}
