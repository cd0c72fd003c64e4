import type { Format } from '../picture/frame.ts'

/** Pictures are made to be shown on anybody's page: `same-origin` would keep them out of every other one. */
export const CROSS_ORIGIN: Readonly<Record<string, string>> = {
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Resource-Policy': 'cross-origin',
  'Access-Control-Allow-Origin': '*',
  'Timing-Allow-Origin': '*',
}

/** What a format needs besides: an SVG that is opened as a document runs nothing and loads nothing. */
export function formatHeaders(format: Format): Readonly<Record<string, string>> {
  if (format !== 'svg') return {}
  return { 'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; img-src data:" }
}

/** The head of a stream. `no-store` also keeps Chromium from asking for one URL at a time. */
export const STREAM: Readonly<Record<string, string>> = {
  ...CROSS_ORIGIN,
  'Cache-Control': 'no-store, no-transform',
  // nginx buffers whole responses unless told not to.
  'X-Accel-Buffering': 'no',
}

/** The head of a still: whoever keeps it asks again, image proxies too. */
export const STILL: Readonly<Record<string, string>> = {
  ...CROSS_ORIGIN,
  'Cache-Control': 'no-cache, max-age=0, must-revalidate',
  Expires: 'Thu, 01 Jan 1970 00:00:00 GMT',
  Vary: 'Accept, Sec-Fetch-Dest, User-Agent',
}

/** The head of an answer of the API that may be kept, and is asked for again each time; nobody else is to keep it. */
export const REVALIDATED: Readonly<Record<string, string>> = {
  ...CROSS_ORIGIN,
  'Cache-Control': 'private, no-cache',
  Vary: 'Authorization',
}

/** The head of what is true only now. */
export const UNCACHED: Readonly<Record<string, string>> = { ...CROSS_ORIGIN, 'Cache-Control': 'no-store' }

/** The head of a page: no scripts, and nothing from elsewhere. */
export const PAGE: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-cache',
  'Content-Security-Policy':
    "default-src 'none'; img-src 'self'; style-src 'self'; form-action 'self'; base-uri 'none'",
  'Referrer-Policy': 'strict-origin-when-cross-origin',
  'X-Content-Type-Options': 'nosniff',
  // Unlike a picture's, a page's answer to one reader is not to be kept for another kind of reader.
  Vary: 'Accept, Sec-Fetch-Dest, User-Agent',
}

/**
 * The head of a page for one reader only, which no other site frames. Its address is nobody else's business; `no-referrer`
 * would have browsers hide where its forms come from, too.
 */
export const PRIVATE_PAGE: Readonly<Record<string, string>> = {
  ...PAGE,
  'Cache-Control': 'no-store',
  'Content-Security-Policy': `${PAGE['Content-Security-Policy']}; frame-ancestors 'self'`,
  'Referrer-Policy': 'same-origin',
  Vary: 'Cookie',
}
