import * as z from 'zod'
import { expected } from '../schema/expected.ts'
import { colorField, textField } from '../schema/fields.ts'
import { parseBody } from '../schema/parse-body.ts'

/** The name under which a `status` room stores its status. */
export const BADGE = 'badge'
export const STYLES = ['flat', 'flat-square', 'plastic', 'for-the-badge', 'social'] as const
const MAX_TEXT_LENGTH = 1_000
const MAX_SVG_LENGTH = 50_000

/** The look of a badge, for statuses and polls. */
export const styleField = z.enum(STYLES, expected(`one of ${STYLES.join(', ')}`))

/** The text and the look of a live badge: shields.io's endpoint schema, version 1. */
export const statusSchema = z
  .object(
    {
      schemaVersion: z.literal(1, expected('1')),
      label: textField(MAX_TEXT_LENGTH),
      message: textField(MAX_TEXT_LENGTH, 1),
      isError: z.boolean(expected('true or false')).optional(),
      style: styleField.optional(),
      color: colorField.optional(),
      labelColor: colorField.optional(),
      namedLogo: textField(MAX_TEXT_LENGTH).optional(),
      logoSvg: textField(MAX_SVG_LENGTH).optional(),
      logoColor: colorField.optional(),
      logoSize: textField(MAX_TEXT_LENGTH).optional(),
    },
    expected('a JSON object'),
  )
  .meta({ description: 'The endpoint schema of shields.io.' })

export type Status = z.infer<typeof statusSchema>

/** Reads a status from the body of a request. @throws PublicError 400 that names every wrong field. */
export function parseStatus(body: unknown): Status {
  return parseBody(statusSchema, body, { code: 'bad-status', caption: 'not a status' })
}
