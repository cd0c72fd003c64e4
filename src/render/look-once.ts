import { type Fault, PublicError } from '../errors.ts'
import type { Format } from '../picture/frame.ts'
import { badParameters, type Look, parseLook } from '../widget/look.ts'
import { LOOK_NAMES, type LookValues, lookSpecs } from '../widget/look-table.ts'
import type { Manifest } from '../widget/manifest.ts'
import type { ParamSpec } from '../widget/param.ts'
import { toText } from './once.ts'

/** The parameters of a picture in a test. */
export interface LookOnceOptions extends Partial<LookValues> {
  /** Some of the widget's parameters, or a query. @default each parameter's default */
  params?: Readonly<Record<string, unknown>> | string | URLSearchParams
  /** @default 'png' */
  format?: Format
}

/**
 * Returns the look of a picture in a test, through a query, so that every value is validated as by the server.
 * @throws PublicError that names every wrong parameter.
 */
export function lookOnce(
  manifest: Manifest,
  { params = {}, format = 'png', ...rest }: LookOnceOptions,
): Look {
  const isQuery = typeof params === 'string' || params instanceof URLSearchParams
  const query = new URLSearchParams(isQuery ? params : '')
  const faults: Fault[] = []
  const put = (specs: Record<string, ParamSpec>, values: Readonly<Record<string, unknown>>) => {
    for (const [name, value] of Object.entries(values)) {
      const spec = specs[name]
      if (value === undefined) continue
      if (spec) query.set(name, toText(spec, value))
      else faults.push({ name, detail: `expected one of ${Object.keys(specs).join(', ') || 'none'}` })
    }
  }
  if (!isQuery) put(manifest.params, params)
  put(lookSpecs(manifest), Object.fromEntries(LOOK_NAMES.map((name) => [name, rest[name]])))
  try {
    const look = parseLook(manifest, format, query)
    if (faults.length === 0) return look
  } catch (error) {
    if (!(error instanceof PublicError)) throw error
    faults.push(...error.faults)
  }
  throw badParameters(faults)
}
