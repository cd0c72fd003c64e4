import type { IncomingMessage } from 'node:http'
import { PublicError } from '../../errors.ts'

/**
 * Refuses forms that another site sends. Browsers say where a form comes from: by `Sec-Fetch-Site`, which no proxy
 * changes, or over plain http by `Origin`. What says neither is no browser, and has no cookie that it was not given.
 * @param publicUrl the address that the outside knows, where a proxy gives the server another.
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
    caption: 'a form of another site cannot sign in or out here',
    detail:
      'A form of another site cannot sign in or out here. Behind a proxy that gives this server another name, set --public-url.',
  })
}
