import { PublicError } from '../../errors.ts'

/** The error of a picture, or of its data, that takes longer than its client may wait. */
export function tooSlow(what: 'picture' | 'data'): PublicError {
  return new PublicError({
    code: 'too-slow',
    status: 503,
    caption: `the ${what} takes too long, try again later`,
    headers: { 'Retry-After': '10' },
  })
}
