import { parseColor } from '../color.ts'
import { BADGE_STYLES, type BadgeStyle } from './badge.ts'
import { type Level, levelOfColor, rankColor } from './level.ts'

/** A status as it is stored, from the body of `PUT /api/status/<key>`. Any field can be missing or damaged. */
export type StoredStatus = Readonly<Partial<Record<StatusField, unknown>>>
type StatusField =
  | 'label'
  | 'message'
  | 'color'
  | 'labelColor'
  | 'isError'
  | 'style'
  | 'namedLogo'
  | 'logoSvg'
  | 'logoColor'
  | 'logoSize'
  /** Milliseconds since the epoch: when it is late, and when it is down, unless it is set again. */
  | 'lateAt'
  | 'downAt'

/** The content of a status at one timestamp. */
export interface StatusContent {
  label: string
  message: string
  color: string
  labelColor?: string | undefined
  /** The colours of an error and of a late status cannot be overridden. */
  isError: boolean
  style?: BadgeStyle | undefined
  level: Level
  logo: { name?: string; svg?: string; color?: string; size?: string }
}

/** The colour of a status that is not set. */
const UNSET = '#6e7781'
const UNSET_RANK = 2
/** The longest text that is drawn: the limit of a badge in a URL. */
const MAX_TEXT_LENGTH = 255

/** Reads a stored status at `time`: a status that was not set again in time is late, and later down. */
export function readStatus(stored: unknown, key: string, time: number): StatusContent {
  if (typeof stored !== 'object' || stored === null)
    return { label: key, message: 'not set', color: UNSET, isError: false, level: 'unset', logo: {} }
  const status: StoredStatus = stored
  const isError = status.isError === true
  const color = toColor(status.color) ?? (isError ? 'red' : 'lightgrey')
  const content: StatusContent = {
    label: toText(status.label),
    message: toText(status.message) || 'blank',
    color,
    labelColor: toColor(status.labelColor),
    isError,
    style: BADGE_STYLES.find((style) => style === status.style),
    level: isError ? 'down' : levelOfColor(color),
    logo: toLogo(status),
  }
  if (isPast(status.downAt, time))
    return { ...content, message: 'down', color: 'red', isError: true, level: 'down' }
  if (!isPast(status.lateAt, time)) return content
  return { ...content, message: 'late', color: 'orange', isError: true, level: 'late' }
}

/** Sums up several statuses: the number that is up, in the worst of their colours. */
export function rollUp(members: readonly StatusContent[], label: string): StatusContent {
  const up = members.filter(({ level }) => level === 'up').length
  const ranks = members.map((member) => (member.level === 'unset' ? UNSET_RANK : rankColor(member.color)))
  const worst = members[ranks.indexOf(Math.max(...ranks))]
  return {
    label,
    message: `${up} of ${members.length} up`,
    color: worst?.color ?? UNSET,
    isError: members.some(({ isError }) => isError),
    level: worst?.level ?? 'unset',
    logo: {},
  }
}

/** Whether a value is a time in the past. */
function isPast(timestamp: unknown, time: number): boolean {
  return typeof timestamp === 'number' && time >= timestamp
}

function toText(value: unknown): string {
  const text = typeof value === 'string' || typeof value === 'number' ? String(value).trim() : ''
  const letters = text.length > MAX_TEXT_LENGTH ? [...text] : []
  return letters.length > MAX_TEXT_LENGTH ? `${letters.slice(0, MAX_TEXT_LENGTH - 1).join('')}…` : text
}

function toColor(value: unknown): string | undefined {
  return typeof value === 'string' ? (parseColor(value) && value) || undefined : undefined
}

function toLogo({ namedLogo, logoSvg, logoColor, logoSize }: StoredStatus): StatusContent['logo'] {
  return {
    ...(typeof namedLogo === 'string' && { name: namedLogo }),
    ...(typeof logoSvg === 'string' && { svg: logoSvg }),
    ...(typeof logoColor === 'string' && { color: logoColor }),
    ...(typeof logoSize === 'string' && { size: logoSize }),
  }
}
