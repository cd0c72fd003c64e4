import * as z from 'zod'
import { COLOR_SYNTAX, parseColor } from '../picture/color.ts'
import { findUrlFault } from '../system/outgoing.ts'
import { formatDuration, parseDuration } from '../widget/duration.ts'
import { expected } from './expected.ts'

/** The range of a time, in milliseconds, and its description. */
export interface DurationField {
  min: number
  max: number
  /** @default none: the field is required */
  fallback: string
  example: string
  description: string
}

/** Text of a limited length. */
export function textField(max: number, min = 0): z.ZodString {
  const length = min > 0 ? `${min} to ${max}` : `at most ${max}`
  const error = expected(`text of ${length} characters`)
  const field = z.string(error).max(max, error)
  return min > 0 ? field.min(min, error) : field
}

/** A color. */
export const colorField = z
  .string(expected(COLOR_SYNTAX))
  .refine((text) => parseColor(text) !== undefined, expected(COLOR_SYNTAX))

/** A time with its unit, like `30s`, written in its largest unit; `fallback` if it is missing. */
export function durationField({ fallback, description, example, ...range }: DurationField) {
  return timeWithUnit(range, example).default(fallback).meta(durationMeta(description, example))
}

/** A time with its unit that may be missing. */
export function optionalDurationField({ description, example, ...range }: Omit<DurationField, 'fallback'>) {
  return timeWithUnit(range, example).meta(durationMeta(description, example)).optional()
}

function timeWithUnit({ min, max }: Pick<DurationField, 'min' | 'max'>, example: string) {
  const error = expected(
    `a time with its unit from ${formatDuration(min)} to ${formatDuration(max)}, like ${example}`,
  )
  const isRight = (text: string) => {
    const time = parseDuration(text)
    return time !== undefined && time >= min && time <= max
  }
  return z
    .string(error)
    .max(32, error)
    .refine(isRight, { ...error, abort: true })
    .overwrite((text) => formatDuration(parseDuration(text) ?? 0))
}

function durationMeta(description: string, example: string) {
  return { description, examples: [example], pattern: '^\\d+(\\.\\d+)?(ms|s|m|h|d)$' }
}

/** An http or https URL without credentials, which the server requests. */
export const urlField = z
  .string(expected('an http or https URL of at most 2000 characters'))
  .superRefine((value, context) => {
    const fault = findUrlFault(value)
    if (fault !== undefined) context.addIssue({ code: 'custom', message: `expected ${fault}` })
  })
  .meta({ format: 'uri', maxLength: 2000 })

/** A time: ISO 8601 in UTC. */
export const timeField = z.string().meta({ format: 'date-time' })

/** A whole number from 0. */
export const countField = z.int().min(0)

/** The fields of a shape as text: a response contains values that were validated before, and is not validated again. */
type TextShape<Shape extends z.ZodRawShape> = {
  [Name in keyof Shape]: Shape[Name] extends z.ZodOptional ? z.ZodOptional<z.ZodString> : z.ZodString
}

/** Turns the fields of a request's body into those of a response: text with the same descriptions. */
export function textShape<Shape extends z.ZodRawShape>(shape: Shape): TextShape<Shape> {
  return Object.fromEntries(
    Object.entries(shape).map(([name, field]) => {
      const text = z.string().meta((field as z.ZodType).meta() ?? {})
      return [name, field instanceof z.ZodOptional ? text.optional() : text]
    }),
  ) as TextShape<Shape>
}
