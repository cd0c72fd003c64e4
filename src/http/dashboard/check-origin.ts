import type { IncomingMessage } from 'node:http'
import { PublicError } from '../../errors.ts'

/**
 * Refuses forms of other sites. Browsers send a form's origin in `Sec-Fetch-Site`, which no proxy changes, or over plain
 * http in `Origin`. A client that sends neither is no browser, and does not send cookies by itself.
 * @param publicUrl the server's public address, if a proxy gives it another.
 * @throws PublicError 403.
 */
export function checkOrigin({ headers }: Pick<IncomingMessage, 'headers'>, publicUrl?: string): void {
  const site = headers['sec-fetch-site']
  const { origin } = headers
  if (site === 'same-origin' || (site === undefined && origin === undefined)) return
  const hosts = [headers.host, headers[':authority'], publicUrl && new URL(publicUrl).host]
  const host = origin !== undefined && URL.canParse(origin) ? new URL(origin).host : undefined
  if (site === undefined && host !== undefined && hosts.includes(host)) return
  throw new PublicError({
    code: 'origin-not-allowed',
    status: 403,
    caption: 'a form on another site cannot sign in or out here',
    detail:
      'A form on another site cannot sign in or out here. If a proxy gives this server another name, set --public-url.',
  })
}
