import type { Fault } from '../errors.ts'
import type { ParamSpec, ParamValue } from './param.ts'

type Specs = Readonly<Record<string, ParamSpec>>

/**
 * Finds numbers that do not differ from others as they must.
 * @param isGiven whether the URL names a parameter: only such ones are at fault.
 */
export function findOrderFaults(
  specs: Specs,
  values: Readonly<Record<string, ParamValue>>,
  isGiven: (name: string) => boolean,
): Fault[] {
  return Object.entries(specs).flatMap(([name, spec]) => {
    const order = orderOf(spec)
    if (!order) return []
    const [own, other] = [values[name], values[order.other]]
    if (isRight(order, own, other)) return []
    const faults: Fault[] = [
      { name, detail: `expected a number ${order.words[0]} ${order.other} (${other}), got ${own}` },
      { name: order.other, detail: `expected a number ${order.words[1]} ${name} (${own}), got ${other}` },
    ]
    return faults.filter((fault) => isGiven(fault.name))
  })
}

/** Describes what an author's `above` or `unlike` names wrongly; undefined for a valid one. */
export function findOrderFault(spec: ParamSpec, specs: Specs): string | undefined {
  const order = orderOf(spec)
  if (!order) return undefined
  const other = Object.hasOwn(specs, order.other) ? specs[order.other] : undefined
  const [words] = order.words
  if (!other || !isNumber(other))
    return `is ${words} ${JSON.stringify(order.other)}, which is no number parameter`
  if (isRight(order, spec.default, other.default)) return undefined
  return `has the default ${spec.default}, expected one ${words} that of ${order.other}, ${other.default}`
}

interface OrderRule {
  other: string
  isAbove: boolean
  /** How the number and the other one must differ from each other. */
  words: readonly [string, string]
}

function orderOf(spec: ParamSpec): OrderRule | undefined {
  if (!isNumber(spec)) return undefined
  const { above, unlike } = spec
  if (above !== undefined) return { other: above, isAbove: true, words: ['above', 'below'] }
  return unlike === undefined
    ? undefined
    : { other: unlike, isAbove: false, words: ['other than', 'other than'] }
}

function isRight({ isAbove }: OrderRule, own: unknown, other: unknown): boolean {
  if (typeof own !== 'number' || typeof other !== 'number') return true
  return isAbove ? own > other : own !== other
}

function isNumber(
  spec: ParamSpec,
): spec is Extract<ParamSpec, { kind: 'number' | 'integer' | 'optional-number' }> {
  return spec.kind === 'number' || spec.kind === 'integer' || spec.kind === 'optional-number'
}
