import type { SKRSContext2D } from '@napi-rs/canvas'
import { drawText } from '../draw-text.ts'
import { type UptimeDay, uptimeShare } from './uptime.ts'

/** The inputs of a bar of days. */
export interface UptimeBar {
  label: string
  message: string
  color: string
  days: readonly UptimeDay[]
  /** Whether the page is light or dark. @default unknown */
  page?: 'light' | 'dark' | undefined
}

const HEIGHT = 64
const MIN_WIDTH = 180
/** CSS pixels of a day, with the gap behind it. */
const WIDEST = 12
const TOP = 24
const BAR = 22
const COLORS = {
  light: {
    ink: '#1f2328',
    quiet: '#59636e',
    up: '#2da44e',
    poor: '#d4a72c',
    down: '#cf222e',
    none: '#d0d7de',
  },
  dark: {
    ink: '#f0f6fc',
    quiet: '#9198a1',
    up: '#3fb950',
    poor: '#d29922',
    down: '#f85149',
    none: '#3d444d',
  },
  // Readable on white pages and on black ones.
  either: {
    ink: '#72777d',
    quiet: '#72777d',
    up: '#2da44e',
    poor: '#c69026',
    down: '#e5484d',
    none: '#8080804d',
  },
}

/** Returns the size of a bar of days, in CSS pixels. */
export function uptimeSize(days: number): { width: number; height: number } {
  return { width: Math.max(MIN_WIDTH, days * stepOf(days)), height: HEIGHT }
}

/**
 * Draws a bar a day, as status pages do: green where it was up, yellow where it was late, red by the share of the day
 * that it was down, grey without data.
 */
export function drawUptime(ctx: SKRSContext2D, { label, message, color, days, page }: UptimeBar): void {
  const colors = COLORS[page ?? 'either']
  const { width } = uptimeSize(days.length)
  const share = uptimeShare(days)
  const percent = share === undefined ? '–' : `${toPercent(share)} %`
  const half = width / 2 - 6
  ctx.fillStyle = color
  ctx.beginPath()
  ctx.arc(6, 11, 4, 0, Math.PI * 2)
  ctx.fill()
  const head = [label, message].filter((text) => text !== '').join(': ')
  drawText(ctx, head, 16, 11, {
    ...{ color: colors.ink, size: 12, weight: 600, align: 'left', width: width - 16 - 64 },
  })
  drawText(ctx, percent, width, 11, {
    color: colors.ink,
    size: 12,
    weight: 600,
    align: 'right',
    tabular: true,
  })
  const step = width / days.length
  const gap = step >= 4 ? Math.max(1, Math.round(step / 4)) : 0
  days.forEach(({ times: [up, poor, down] }, index) => {
    const known = up + poor + down
    const x = index * step
    const wide = Math.max(1, step - gap)
    ctx.fillStyle = known === 0 ? colors.none : poor > 0 ? colors.poor : colors.up
    ctx.fillRect(x, TOP, wide, BAR)
    if (down === 0) return
    const high = Math.max(BAR / 5, (down / known) * BAR)
    ctx.fillStyle = colors.down
    ctx.fillRect(x, TOP + BAR - high, wide, high)
  })
  const foot = { color: colors.quiet, size: 10, width: half }
  drawText(ctx, days.length === 1 ? '' : `${days.length} days`, 0, TOP + BAR + 10, { ...foot, align: 'left' })
  drawText(ctx, 'today (UTC)', width, TOP + BAR + 10, { ...foot, align: 'right' })
}

/** Never rounds up to 100: a bar with red in it was not always up. */
function toPercent(share: number): string {
  return share === 1 ? '100' : (Math.floor(share * 10_000) / 100).toFixed(2)
}

function stepOf(days: number): number {
  return Math.max(2, Math.min(WIDEST, Math.floor(540 / days)))
}
