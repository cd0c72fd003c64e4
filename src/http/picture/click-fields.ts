import type { Request } from 'express'
import type { Fault } from '../../errors.ts'
import { badParameters } from '../../widget/look.ts'
import { type ParamSpec, type ParamValue, parseParam } from '../../widget/param.ts'

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
      return [name, parseParam(spec, String(raw))]
    } catch (error) {
      faults.push({ name, detail: (error as Error).message })
      return [name, spec.default]
    }
  })
  if (faults.length > 0) throw badParameters(faults)
  return Object.fromEntries(values)
}
