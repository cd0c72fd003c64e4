import * as z from 'zod'
import { expected } from '../schema/expected.ts'
import { durationField, urlField } from '../schema/fields.ts'
import { parseBody } from '../schema/parse-body.ts'
import { parseDuration } from '../widget/duration.ts'
import { EXAMPLE_CONDITION, formatCondition, parseCondition } from './condition.ts'

const MAX_WHEN_LENGTH = 300
const MAX_TIME = 86_400_000
const condition = expected(`a condition of at most ${MAX_WHEN_LENGTH} characters, like ${EXAMPLE_CONDITION}`)

const whenField = z
  .string(condition)
  .max(MAX_WHEN_LENGTH, { ...condition, abort: true })
  .superRefine((text, context) => {
    try {
      parseCondition(text)
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message, continue: false })
    }
  })
  .overwrite((text) => formatCondition(parseCondition(text)))
  .meta({
    description: '`visitors`, `connections` or `hits` of a room, compared with a whole number.',
    examples: [EXAMPLE_CONDITION],
  })

/** The body of a request that adds a hook: its condition, and the URL for its messages. */
export const hookSettingsSchema = z.object(
  {
    url: urlField,
    when: whenField,
    for: durationField({
      ...{ min: 0, max: MAX_TIME, fallback: '0ms', example: '1m' },
      description: 'How long the condition must be true before the message is sent.',
    }),
    cooldown: durationField({
      ...{ min: 0, max: MAX_TIME, fallback: '10s', example: '10s' },
      description:
        'Minimum time between two messages. A condition that is true when it ends is reported then; one that was true only in between is not.',
    }),
  },
  expected('a JSON object'),
)

const storedHookSchema = hookSettingsSchema.extend({
  id: z.string().min(1),
  secret: z.string().startsWith('whsec_'),
  created: z.number(),
  hasFired: z.boolean(),
})

/** The condition of a hook, and the URL for its messages. Times have a unit. */
export type HookSettings = z.infer<typeof hookSettingsSchema>

/**
 * A stored hook: `secret` signs the messages, `created` is in milliseconds since the epoch, and `hasFired` is true if a
 * message was sent and the condition has been true since then.
 */
export type Hook = z.infer<typeof storedHookSchema>

/** Reads a hook from the body of a request. @throws PublicError 400 that names every wrong field. */
export function parseHook(body: unknown): HookSettings {
  return parseBody(hookSettingsSchema, body, { code: 'bad-hook', caption: 'not a hook' })
}

/** Reads a hook from the store. @throws PublicError that names the damaged fields. */
export function parseStoredHook(row: unknown): Hook {
  return parseBody(storedHookSchema, row, { code: 'bad-hook', caption: 'not a hook' })
}

/** The times of a hook, in milliseconds. */
export function timesOf(hook: HookSettings): { duration: number; cooldown: number } {
  return { duration: parseDuration(hook.for) ?? 0, cooldown: parseDuration(hook.cooldown) ?? 0 }
}
