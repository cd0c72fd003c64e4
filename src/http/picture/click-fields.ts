import type { Request } from 'express'
import { type Fault, PublicError, quote } from '../../errors.ts'
import { badParameters } from '../../widget/look.ts'
import { describeParam, type ParamSpec, type ParamValue, parseParam } from '../../widget/param.ts'

/**
 * Reads the fields that a widget declares from a form, or else from the query; others are ignored. Of fields that are sent
 * twice, the last one counts.
 * @throws PublicError 400 that names every wrong field.
 */
export function readFields(
  specs: Readonly<Record<string, ParamSpec>>,
  { url = '', body }: Pick<Request, 'url' | 'body'>,
): Record<string, ParamValue> {
  const query = new URLSearchParams(url.split(/\?(.*)/s)[1] ?? '')
  const form = new Map(Object.entries((body ?? {}) as Record<string, unknown>))
  const faults: Fault[] = []
  const values = Object.entries(specs).map(([name, spec]): [string, ParamValue] => {
    const sent = form.get(name) ?? query.getAll(name).at(-1)
    const raw = Array.isArray(sent) ? (sent.at(-1) as unknown) : sent
    if (raw === undefined) return [name, spec.default]
    try {
      // From a parser of the app in front, such as one of JSON.
      if (typeof raw === 'object') throw new TypeError(`expected ${describeParam(spec)}, got ${quote(raw)}`)
      return [name, parseParam(spec, String(raw))]
    } catch (error) {
      faults.push({ name, detail: (error as Error).message })
      return [name, spec.default]
    }
  })
  if (faults.length > 0) throw badParameters(faults)
  return Object.fromEntries(values)
}

/**
 * Refuses a body that is no form, such as one of `multipart/form-data`: its fields would be lost without a word.
 * @throws PublicError 415 that says what is expected.
 */
export function checkForm(
  specs: Readonly<Record<string, ParamSpec>>,
  request: Pick<Request, 'is' | 'body' | 'headers'>,
): void {
  const isOther = request.is('application/x-www-form-urlencoded') === false
  const isRead = Object.keys((request.body ?? {}) as object).length > 0
  if (!isOther || isRead) return
  if (Object.keys(specs).length === 0 && request.is('multipart/form-data') === false) return
  const caption = 'expected a form of application/x-www-form-urlencoded'
  const detail = `${caption}, got ${quote(request.headers['content-type'])}`
  throw new PublicError({ code: 'unsupported-media', status: 415, caption, detail })
}
