import { type Fault, quote } from '../errors.ts'
import { readChoice } from './choice.ts'
import { describeParam, type ParamSpec } from './param.ts'

/** Whether a wrong word means another. */
export function isForgiving(spec: ParamSpec): boolean {
  return spec.kind === 'choice' && spec.otherwise !== undefined
}

/** Finds the words that mean another. If a name is given twice, the last value counts. */
export function findForgiven(specs: Readonly<Record<string, ParamSpec>>, query: URLSearchParams): Fault[] {
  return [...new Map(query)].flatMap(([name, raw]): Fault[] => {
    const spec = Object.hasOwn(specs, name) ? specs[name] : undefined
    if (spec?.kind !== 'choice' || !isForgiving(spec) || readChoice(spec, raw) !== undefined) return []
    return [{ name, detail: `expected ${describeParam(spec)}, got ${quote(raw)}` }]
  })
}
