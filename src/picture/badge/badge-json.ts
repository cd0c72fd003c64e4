import { parseColor } from '../color.ts'
import type { Badge } from './badge.ts'

/** The names that shields.io returns for the aliases of its colours. */
const ALIASES: Readonly<Record<string, string>> = {
  gray: 'grey',
  lightgray: 'lightgrey',
  critical: 'red',
  important: 'orange',
  success: 'brightgreen',
  informational: 'blue',
  inactive: 'lightgrey',
}
const BARE_HEX = /^(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$/

/** A badge as shields.io's `.json`. `name` and `value` repeat the label and the message, for older readers. */
export interface BadgeJson {
  label: string
  message: string
  color: string
  labelColor?: string
  link: readonly string[]
  name: string
  value: string
}

/** Returns a badge as shields.io's `.json`. */
export function badgeJson({
  label = '',
  message,
  color = 'lightgrey',
  labelColor,
  links = [],
}: Badge): BadgeJson {
  return {
    label,
    message,
    color: toName(color),
    ...(labelColor !== undefined && { labelColor: toName(labelColor) }),
    link: links,
    name: label,
    value: message,
  }
}

function toName(color: string): string {
  const words = color.trim().toLowerCase()
  if (Object.hasOwn(ALIASES, words)) return ALIASES[words] as string
  if (BARE_HEX.test(words)) return `#${words}`
  return /^[#a-z]/.test(words) ? words : (parseColor(words) ?? words)
}
