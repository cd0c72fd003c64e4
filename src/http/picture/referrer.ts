import type { IncomingHttpHeaders } from 'node:http'
import { PublicError, quote } from '../../errors.ts'

/**
 * Refuses pictures on pages of hosts that are not allowed. If any host is listed, a request without a referrer is refused
 * too. The server's own pages are always allowed.
 * @param allowed host names, each with an optional port, or `*.example.org` for all subdomains; empty allows all.
 * @throws PublicError 403.
 */
export function checkReferrer(headers: IncomingHttpHeaders, allowed: readonly string[]): void {
  if (allowed.length === 0) return
  const url = parse(headers.referer)
  if (url && (url.host === headers.host || allowed.some((pattern) => matches(url, pattern)))) return
  throw new PublicError({
    code: 'referrer-not-allowed',
    status: 403,
    caption: url
      ? 'not for pages of this host'
      : 'only for pages of certain hosts, and this one sends no referrer',
    detail: `The owner of this server allows its pictures on certain hosts only (--allow-referrer)${
      url ? `, not on ${quote(url.host)}` : ''
    }.`,
  })
}

/** Adds the public address to a list of allowed hosts, unless all are allowed: the server's own pages always are. */
export function allowedHosts(allowed: readonly string[], publicUrl: string | undefined): readonly string[] {
  return allowed.length > 0 && publicUrl ? [...allowed, new URL(publicUrl).host] : allowed
}

/** The longest scheme and authority that are read: a host name has at most 253 characters. */
const MAX_ORIGIN = 300

/** Reads the origin alone: parsing a long host name takes more than linear time, and the path is not needed. */
function parse(referrer: string | undefined): URL | undefined {
  const origin =
    /^[a-z][a-z\d+.-]{0,30}:\/\/[^/?#\\]*/i.exec(referrer?.slice(0, MAX_ORIGIN + 1) ?? '')?.[0] ?? ''
  return origin.length <= MAX_ORIGIN && URL.canParse(origin) ? new URL(origin) : undefined
}

function matches({ host, hostname }: URL, pattern: string): boolean {
  const wanted = pattern.toLowerCase()
  return [host, hostname].some((name) =>
    wanted.startsWith('*.') ? name.endsWith(wanted.slice(1)) : name === wanted,
  )
}
