import type { RequestHandler } from 'express'
import { PublicError } from '../errors.ts'

/** Refuses every method that a path has no handler for: 405, with those that it has. */
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
