import * as z from 'zod'
import { badRequest } from '../errors.ts'
import { findSvgLogoFault } from '../picture/badge/svg-logo.ts'
import { expected } from '../schema/expected.ts'
import { colorField, optionalDurationField, textField } from '../schema/fields.ts'
import { parseBody } from '../schema/parse-body.ts'

/** The name under which a `status` room stores its status. */
export const BADGE = 'badge'
export const STYLES = ['flat', 'flat-square', 'plastic', 'for-the-badge', 'social'] as const
const MAX_TEXT_LENGTH = 1_000
const MAX_SVG_LENGTH = 50_000

const LIFETIME = { min: 1_000, max: 31 * 86_400_000 }

const svgField = textField(MAX_SVG_LENGTH).superRefine((svg, context) => {
  const message = findSvgLogoFault(svg)
  if (message !== undefined) context.addIssue({ code: 'custom', message })
})

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
      logoSvg: svgField.optional(),
      logoColor: colorField.optional(),
      logoSize: textField(MAX_TEXT_LENGTH).optional(),
      ttl: optionalDurationField({
        ...LIFETIME,
        example: '10m',
        description: 'It is late unless it is set again within this time.',
      }),
      grace: optionalDurationField({
        ...LIFETIME,
        example: '5m',
        description: 'How long it is late before it is down. By default as long as `ttl`.',
      }),
    },
    expected('a JSON object'),
  )
  .meta({ description: 'The endpoint schema of shields.io, and how long it is true.' })

export type Status = z.infer<typeof statusSchema>

/** Reads a status from the body of a request. @throws PublicError 400 that names every wrong field. */
export function parseStatus(body: unknown): Status {
  const error = { code: 'bad-status', caption: 'not a status' }
  const status = parseBody(statusSchema, body, error)
  if (status.grace === undefined || status.ttl !== undefined) return status
  throw badRequest(error.code, error.caption, [{ name: 'grace', detail: 'expected a ttl too' }])
}
