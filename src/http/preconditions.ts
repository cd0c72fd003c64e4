import type { IncomingHttpHeaders } from 'node:http'
import { PublicError } from '../errors.ts'
import { tagOfJson } from './send.ts'

/** The headers of a conditional write. */
type Conditions = Pick<IncomingHttpHeaders, 'if-match' | 'if-none-match'>

/**
 * Checks the conditions of a write against the current value: `If-Match` with its tag or `*`, `If-None-Match: *` for a value
 * that must not exist yet (RFC 9110, section 13.1). Tags are compared strongly.
 * @throws PublicError 412.
 */
export function checkPreconditions(headers: Conditions, current: unknown): void {
  const tag = current === undefined ? undefined : tagOfJson(current)
  const { 'if-match': match, 'if-none-match': noMatch } = headers
  if (match !== undefined && !lists(match, tag)) throw failed(tag, 'If-Match')
  if (noMatch !== undefined && lists(noMatch, tag)) throw failed(tag, 'If-None-Match')
}

function lists(header: string, tag: string | undefined): boolean {
  if (tag === undefined) return false
  return header.trim() === '*' || header.split(',').some((each) => each.trim() === tag)
}

function failed(tag: string | undefined, header: string): PublicError {
  return new PublicError({
    code: 'precondition-failed',
    status: 412,
    caption: 'the value has changed since it was read',
    detail: `${header}: the current value ${tag === undefined ? 'does not exist' : `has the tag ${tag}`}`,
    headers: tag === undefined ? {} : { ETag: tag },
  })
}
