import { quote } from '../errors.ts'
import { findUnknownFields } from '../system/unknown-fields.ts'
import { describeValue } from './describe-value.ts'
import type { KeyGrammar } from './key.ts'
import { isReservedParam } from './look-table.ts'
import { findSpecFault, isParser, type Param, type ParamSpec } from './param.ts'
import { findOrderFault } from './param-order.ts'
import { toKeySpec } from './to-key-spec.ts'
import type { Widget } from './widget.ts'

/** Lists the faults of a widget's `params`, as sentences. */
export function findParamFaults(params: unknown): string[] {
  if (params === undefined) return []
  if (typeof params !== 'object' || params === null)
    return [`expected \`params\` to be an object, got ${describeValue(params)}`]
  return Object.entries(params).flatMap(([name, value]) => {
    if (isReservedParam(name))
      return [`\`params.${name}\` is reserved: every picture already has this parameter`]
    if (isParser(value)) return []
    const spec = specOf(value)
    return spec
      ? findSpecFaults(`params.${name}`, spec, specsOf(params))
      : [
          `expected \`params.${name}\` to come from param.text(), param.number()... or to have a \`parse\`, got ${describeValue(value)}`,
        ]
  })
}

/** Lists the faults of a widget's `fields`. */
export function findFieldFaults({ fields, onClick }: Partial<Widget>): string[] {
  if (fields === undefined) return []
  if (typeof fields !== 'object' || fields === null)
    return [`expected \`fields\` to be an object, got ${describeValue(fields)}`]
  if (onClick === undefined) return ['`fields` are never read: the widget has no `onClick`']
  return Object.entries(fields).flatMap(([name, field]) => {
    const spec = specOf(field)
    if (!spec)
      return [
        `expected \`fields.${name}\` to come from param.text(), param.number()..., got ${describeValue(field)}`,
      ]
    if (/^(x|y)$|\./.test(name))
      return [`\`fields.${name}\` is reserved: clicks have coordinates of this name`]
    return findSpecFaults(`fields.${name}`, spec)
  })
}

/** Lists the faults of a widget's `key`. */
export function findKeyFaults(key: unknown): string[] {
  if (Array.isArray(key))
    return [`expected \`key\` to be param.choice([...]) for a closed list, got ${describeValue(key)}`]
  if (typeof key === 'object' && key !== null) {
    const spec = specOf(key)
    const unknown = spec ? findSpecFaults('key', spec) : findUnknownFields('key', key, ['pattern', 'default'])
    if (unknown.length > 0) return unknown
  }
  try {
    toKeySpec(key as KeyGrammar | undefined)
    return []
  } catch (error) {
    return [`\`key\` ${(error as Error).message}`]
  }
}

function specOf(value: unknown): ParamSpec | undefined {
  return (value as Partial<Param> | null | undefined)?.spec
}

function specsOf(params: object): Record<string, ParamSpec> {
  const specs = Object.entries(params).map(([name, value]) => [name, specOf(value)] as const)
  return Object.fromEntries(specs.filter((each): each is [string, ParamSpec] => each[1] !== undefined))
}

/** @param others the parameters that it may be `above`. */
function findSpecFaults(path: string, spec: ParamSpec, others: Record<string, ParamSpec> = {}): string[] {
  const unknown = findUnknownFields(path, spec, specFields(spec))
  if (unknown.length > 0) return unknown.map((each) => each.replace('unknown field', 'unknown option'))
  const start: unknown = spec.default
  if (typeof start === 'object')
    return [`\`${path}\` has ${quote(start)} in place of its default: options come after the default`]
  const fault = findSpecFault(spec) ?? findOrderFault(spec, others)
  return fault ? [`\`${path}\` ${fault}`] : []
}

/** The fields that a spec of this kind has. */
function specFields({ kind }: ParamSpec): readonly string[] {
  const common = ['kind', 'default', 'about']
  if (kind === 'choice') return [...common, 'choices', 'otherwise', 'older']
  if (kind === 'text' || kind === 'colors') return [...common, 'max']
  if (kind === 'duration') return [...common, 'min', 'max']
  const isNumber = ['number', 'integer', 'optional-number'].includes(kind)
  return isNumber ? [...common, 'min', 'max', 'above', 'unlike'] : common
}
