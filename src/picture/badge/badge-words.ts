import type { Badge } from './badge.ts'

/** A badge in words, as its SVG is titled. */
export function badgeWords({ label, message }: Pick<Badge, 'label' | 'message'>): string {
  return label ? `${label}: ${message}` : message
}
