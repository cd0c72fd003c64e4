import * as z from 'zod'
import type { HistoryRange } from '../../cluster/history.ts'
import { DAY } from '../../cluster/minute.ts'
import { quote } from '../../errors.ts'
import { wordParameter } from '../../schema/parse-query.ts'
import { toIso } from '../../widget/date.ts'
import { badParameters } from '../../widget/look.ts'
import { isWithoutZone, readTime } from '../../widget/time-text.ts'

/** A length of steps that a request can choose. */
export interface NamedStep {
  name: string
  /** Milliseconds. */
  length: number
  /** Whether `auto` may choose it for a range that begins at this time. @default always */
  isKept?(from: number, now: number): boolean
}

/** The range and form of a request for steps. */
export interface RangeQuery extends HistoryRange {
  stepName: string
  format: 'json' | 'csv'
}

/** The maximum of steps in one response: the minutes of a week. */
const MAX_STEPS = 10_080
/** `auto` selects the finest step that gives no more than this. */
const MAX_AUTO_STEPS = 1_500
const TIMES = 'in ISO 8601 or as milliseconds since the epoch'

const timeParameter = z.string().transform((text, context) => {
  const time = readTime(text)
  if (time !== undefined) return time
  const expected = isWithoutZone(text)
    ? 'expected a time zone after the time, like Z or +02:00'
    : 'expected a time in ISO 8601, or milliseconds since the epoch'
  context.addIssue({ code: 'custom', message: `${expected}, got ${quote(text)}` })
  return z.NEVER
})

/** The parameters of a range of steps. */
export function createRangeSchema<const Name extends string>(steps: readonly Name[], columns: string) {
  return z.object({
    to: timeParameter.optional().meta({ description: `Its end, ${TIMES}; by default now.` }),
    from: timeParameter
      .optional()
      .meta({ description: `Its beginning, ${TIMES}; by default a day before \`to\`.` }),
    step: wordParameter([...steps, 'auto'] as const)
      .default('auto' as never)
      .meta({ description: `\`auto\` is the finest that makes no more than ${MAX_AUTO_STEPS} steps.` }),
    format: wordParameter(['json', 'csv'])
      .default('json')
      .meta({ description: `JSON, or a table with the columns ${columns}.` }),
  })
}

/**
 * Completes the range of a request; by default it is the last day.
 * @throws PublicError 400 for a range without any step, or with too many.
 */
export function completeRange(
  given: { from?: number | undefined; to?: number | undefined; step: string; format: 'json' | 'csv' },
  steps: readonly NamedStep[],
  now: number,
): RangeQuery {
  const { to = now, from = to - DAY, format } = given
  const { name, length } = steps.find((each) => each.name === given.step) ?? fitStep(steps, { from, to }, now)
  if (from >= to) {
    const detail = `expected a time before \`to\`, ${quote(toIso(to))}, got ${quote(toIso(from))}`
    throw badParameters([{ name: 'from', detail }])
  }
  if ((to - from) / length > MAX_STEPS) {
    const detail = `expected at most ${MAX_STEPS} steps from \`from\` to \`to\`, got ${Math.ceil((to - from) / length)} by ${name}`
    throw badParameters([{ name: 'step', detail }])
  }
  return { from, to, step: length, stepName: name, format }
}

function fitStep(
  steps: readonly NamedStep[],
  { from, to }: { from: number; to: number },
  now: number,
): NamedStep {
  const fits = ({ length, isKept = () => true }: NamedStep) =>
    (to - from) / length <= MAX_AUTO_STEPS && isKept(from, now)
  return steps.find(fits) ?? (steps.at(-1) as NamedStep)
}
