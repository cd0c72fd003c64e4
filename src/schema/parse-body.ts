import type * as z from 'zod'
import { badRequest } from '../errors.ts'
import { toFaults } from './to-faults.ts'

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
  throw badRequest(
    code,
    caption,
    toFaults(error, (path) => path.map(String).join('.') || 'body'),
  )
}
