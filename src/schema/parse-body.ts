import type * as z from 'zod'
import { badRequest, type Fault } from '../errors.ts'

/** How the error for a wrong body is named. */
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
  const faults = new Map<string, Fault>()
  for (const { path, message } of error.issues) {
    const name = path.map(String).join('.') || 'body'
    // The first says what the others follow from.
    if (!faults.has(name)) faults.set(name, { name, detail: message })
  }
  throw badRequest(code, caption, [...faults.values()])
}
