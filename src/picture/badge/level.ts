import { colord } from 'colord'
import { parseColor } from '../color.ts'

/** The health that a status shows, from good to bad. */
export const LEVELS = ['up', 'warn', 'late', 'down'] as const

/** The level of a status; `unset` without a status. */
export type Level = (typeof LEVELS)[number] | 'unset'

/** The colours of words that programs report, by the names of shields.io. */
const WORDS: Readonly<Record<string, string>> = {
  brightgreen:
    'active available done fixed good green go healthy normal ok okay online operational pass passed passing ready resolved stable success succeeded successful up',
  blue: 'building in_progress in-progress processing running started starting',
  yellow:
    'amber degraded degraded_performance flaky maintenance minor partial pending queued scheduled slow under_maintenance unstable waiting warn warning yellow',
  red: 'broken critical dead down error errored fail failed failing failure fatal major major_outage offline outage partial_outage red stop timed_out timeout unavailable unhealthy',
  lightgrey: 'aborted canceled cancelled disabled inactive neutral paused skipped unknown',
}
const COLORS: ReadonlyMap<string, string> = new Map(
  Object.entries(WORDS).flatMap(([color, words]) => words.split(' ').map((word) => [word, color] as const)),
)

/** Degrees on the colour wheel. */
const RED = 15
const ORANGE = 40
const YELLOW = 64
const CRIMSON = 335
const GREY = 12

/** Returns the colour of a word that programs report for success or failure, such as `passing`; undefined for others. */
export function colorOfWord(word: string): string | undefined {
  return COLORS.get(word.trim().toLowerCase().replaceAll(' ', '_'))
}

/**
 * Ranks a colour by how bad it looks: green and blue 0, grey 1, yellow 3, orange 4, red 5. A missing status ranks
 * between grey and yellow.
 */
export function rankColor(color: string): number {
  const { h, s } = colord(parseColor(color) ?? 'grey').toHsl()
  if (s < GREY) return 1
  if (h < RED || h >= CRIMSON) return 5
  return h < ORANGE ? 4 : h < YELLOW ? 3 : 0
}

/** Returns the level of a status by its colour alone. */
export function levelOfColor(color: string): Level {
  const rank = rankColor(color)
  return rank >= 5 ? 'down' : rank >= 3 ? 'warn' : 'up'
}
