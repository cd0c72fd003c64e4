import type { RequestHandler } from 'express'
import { PublicError } from '../errors.ts'

/** Refuses every method without a handler: 405, with the supported methods. */
export function refuseOthers(...methods: string[]): RequestHandler {
  const all = methods.includes('GET') ? ['GET', 'HEAD', ...methods.filter((name) => name !== 'GET')] : methods
  return ({ method }) => {
    throw new PublicError({
      code: 'method-not-allowed',
      status: 405,
      caption: `expected ${all.join(', ')}, got ${method}`,
      headers: { Allow: all.join(', ') },
    })
  }
}
