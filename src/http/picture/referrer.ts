import type { IncomingHttpHeaders } from 'node:http'
import { PublicError } from '../../errors.ts'

/**
 * Refuses pictures on pages of other hosts than the allowed ones. With any host allowed by name a picture without a
 * referrer is refused too; the server's own pages are always allowed.
 * @param allowed host names, each with an optional port, or `*.example.org` for all below a host; none allows all.
 * @throws PublicError 403.
 */
export function checkReferrer(headers: IncomingHttpHeaders, allowed: readonly string[]): void {
  if (allowed.length === 0) return
  const url = parse(headers.referer)
  if (url && (url.host === headers.host || allowed.some((pattern) => matches(url, pattern)))) return
  throw new PublicError({
    code: 'referrer-not-allowed',
    status: 403,
    caption: url ? `not for pages of ${url.host}` : 'only for certain pages, which must say who they are',
    detail: 'The owner of this server allows its pictures on certain hosts only (--allow-referrer).',
  })
}

function parse(referrer: string | undefined): URL | undefined {
  return referrer !== undefined && URL.canParse(referrer) ? new URL(referrer) : undefined
}

function matches({ host, hostname }: URL, pattern: string): boolean {
  const wanted = pattern.toLowerCase()
  return [host, hostname].some((name) =>
    wanted.startsWith('*.') ? name.endsWith(wanted.slice(1)) : name === wanted,
  )
}
