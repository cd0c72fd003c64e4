import { type Fault, PublicError } from '../errors.ts'

/** The error for wrong values in a request: names them all. */
export function badRequest(code: string, caption: string, faults: Fault[]): PublicError {
  const detail = faults.map(({ name, detail }) => `${name}: ${detail}`).join('; ')
  return new PublicError({ code, status: 400, caption, detail, faults })
}
