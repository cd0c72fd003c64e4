import type * as z from 'zod'
import { badRequest, quote } from '../errors.ts'
import { nearest } from '../system/nearest.ts'
import { toFaults } from './to-faults.ts'

/** Names of a body that are compared with a missing one. */
const MAX_NAMES = 50

/** The name of the error for an invalid body. */
export interface BodyError {
  code: string
  caption: string
}

/** Parses the body of a request. @throws PublicError 400 with one fault for each wrong field. */
export function parseBody<Schema extends z.ZodType>(
  schema: Schema,
  body: unknown,
  { code, caption }: BodyError,
): z.output<Schema> {
  const { success, data, error } = schema.safeParse(body)
  if (success) return data as z.output<Schema>
  const faults = toFaults(error, (path) => path.map(String).join('.') || 'body')
  throw badRequest(
    code,
    caption,
    faults.map(({ name, detail }) => ({ name, detail: `${detail}${misspelt(name, body)}` })),
  )
}

/** Names the field that stands in the body in place of a missing one, if its name is similar. */
function misspelt(name: string, body: unknown): string {
  if (typeof body !== 'object' || body === null || Array.isArray(body) || name in body) return ''
  const given = nearest(name, Object.keys(body).slice(0, MAX_NAMES))
  return given === undefined ? '' : `; did you mean \`${name}\` by ${quote(given)}?`
}
