import * as z from 'zod'
import { badParameters } from '../widget/look.ts'
import { expected } from './expected.ts'
import { toFaults } from './to-faults.ts'

/**
 * Parses a query string by the schema of its parameters. Names that the schema lacks are ignored. An array gets every
 * value of its name, other types the first one.
 * @throws PublicError 400 that names every wrong parameter.
 */
export function parseQuery<Schema extends z.ZodObject>(
  schema: Schema,
  query: URLSearchParams,
): z.output<Schema> {
  const given = Object.entries(schema.shape)
    .filter(([name]) => query.has(name))
    .map(([name, field]) => [name, isList(field) ? query.getAll(name) : query.get(name)])
  const { data, error } = schema.safeParse(Object.fromEntries(given))
  if (error) throw badParameters(toFaults(error, (path) => String(path[0])))
  return data
}

/** A parameter that accepts one of these words. */
export function wordParameter<const Words extends readonly string[]>(words: Words) {
  return z.enum(words, expected(`one of ${words.join(', ')}`))
}

/** A parameter that is a whole number of at most nine digits. */
export function integerParameter(minimum: number, maximum: number) {
  const isInRange = (text: string) =>
    /^\d{1,9}$/.test(text) && Number(text) >= minimum && Number(text) <= maximum
  return z
    .string()
    .refine(isInRange, expected(`a whole number from ${minimum} to ${maximum}`))
    .meta({ type: 'integer', minimum, maximum })
    .transform(Number)
}

function isList(field: unknown): boolean {
  return field instanceof z.ZodOptional ? isList(field.unwrap()) : field instanceof z.ZodArray
}
