import { type Fault, PublicError, quote } from '../errors.ts'
import { COLOR_SYNTAX, parseColor } from '../picture/color.ts'

/** A live badge's text and look: shields.io's endpoint schema, version 1. */
export interface Status {
  schemaVersion: 1
  label: string
  message: string
  color?: string
  labelColor?: string
  isError?: boolean
  namedLogo?: string
  logoSvg?: string
  logoColor?: string
  logoSize?: string
  style?: string
}

/** What a `status` room remembers its status by. */
export const BADGE = 'badge'
export const STYLES = ['flat', 'flat-square', 'plastic', 'for-the-badge', 'social']
const COLORS = ['color', 'labelColor', 'logoColor'] as const
const TEXTS = ['namedLogo', 'logoSvg', 'logoSize'] as const
const LONGEST = 1000
const LONGEST_SVG = 50_000

/** Reads a status out of a request's body. @throws PublicError 400 that names every wrong field. */
export function parseStatus(body: unknown): Status {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw badStatus([{ name: 'body', detail: `expected a JSON object, got ${quote(body)}` }])
  }
  const fields = body as Record<string, unknown>
  const faults: Fault[] = []
  const expect = (name: string, right: boolean, expected: string) => {
    if (!right) faults.push({ name, detail: `expected ${expected}, got ${quote(fields[name])}` })
  }
  expect('schemaVersion', fields.schemaVersion === 1, '1')
  expect('label', isText(fields.label), `text of at most ${LONGEST} characters`)
  expect('message', isText(fields.message) && fields.message !== '', `text of 1 to ${LONGEST} characters`)
  for (const name of TEXTS) {
    const longest = name === 'logoSvg' ? LONGEST_SVG : LONGEST
    expect(
      name,
      fields[name] === undefined || isText(fields[name], longest),
      `text of at most ${longest} characters`,
    )
  }
  for (const name of COLORS) {
    expect(name, fields[name] === undefined || isColor(fields[name]), COLOR_SYNTAX)
  }
  expect('isError', fields.isError === undefined || typeof fields.isError === 'boolean', 'true or false')
  expect(
    'style',
    fields.style === undefined || STYLES.includes(fields.style as string),
    `one of ${STYLES.join(', ')}`,
  )
  if (faults.length > 0) throw badStatus(faults)
  const known = ['schemaVersion', 'label', 'message', 'isError', 'style', ...COLORS, ...TEXTS]
  return Object.fromEntries(
    known.flatMap((name) => (name in fields ? [[name, fields[name]]] : [])),
  ) as unknown as Status
}

function isText(value: unknown, longest = LONGEST): value is string {
  return typeof value === 'string' && value.length <= longest
}

/** Whether a field is a colour. */
export function isColor(value: unknown): value is string {
  return typeof value === 'string' && parseColor(value) !== undefined
}

function badStatus(faults: Fault[]): PublicError {
  const detail = faults.map(({ name, detail }) => `${name}: ${detail}`).join('; ')
  return new PublicError({ code: 'bad-status', status: 400, caption: 'not a status', detail, faults })
}
