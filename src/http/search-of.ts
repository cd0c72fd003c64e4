import type { IncomingMessage } from 'node:http'

/** The query of a request. */
export function searchOf({ url = '' }: Pick<IncomingMessage, 'url'>): URLSearchParams {
  const split = url.indexOf('?')
  return new URLSearchParams(split < 0 ? '' : url.slice(split))
}
