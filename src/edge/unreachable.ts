import { PublicError } from '../errors.ts'

/** The error for a picture, or a request, that only the upstream has. */
export function unreachable(fault: string | undefined): PublicError {
  const caption = 'the origin cannot be reached'
  return new PublicError({
    code: 'upstream-unreachable',
    status: 503,
    caption,
    detail: fault === undefined ? caption : `${caption}: ${fault}`,
    headers: { 'Retry-After': '5' },
  })
}
