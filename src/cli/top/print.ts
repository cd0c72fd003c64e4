import type { Load } from '../../schema/load-schema.ts'
import { printable } from '../printable.ts'
import { COLUMNS, ROOM_HEADING, UNKNOWN } from './columns.ts'
import { renderLoad } from './render-load.ts'
import { toNodeLines } from './render-nodes.ts'
import type { Row, Totals } from './rows.ts'

/** One reading of a server, with its rates. */
export interface Round {
  url: string
  /** Milliseconds since the epoch. */
  time: number
  rows: readonly Row[]
  totals: Totals
  load: Load | undefined
}

/** Formats a reading as lines for people and for programs that read columns: time and totals, then a line for each room. */
export function toText({ url, time, rows, totals, load }: Round): string {
  const { visitors, connections, watched, rooms, hitsPerMinute } = totals
  const head = `${new Date(time).toISOString()}  ${printable(url)}  ${visitors} visitors, ${connections} connections`
  const table = [
    [ROOM_HEADING, ...COLUMNS.map(({ heading }) => heading)],
    ...rows.map((row) => [printable(row.room), ...COLUMNS.map(({ sort }) => toNumber(row[sort]))]),
  ]
  const widths = table.reduce<number[]>(
    (widest, cells) => cells.map((cell, column) => Math.max(cell.length, widest[column] ?? 0)),
    [],
  )
  const lines = table.map((cells) =>
    cells
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  '),
  )
  return `${head}, ${watched} of ${rooms} rooms watched, ${toNumber(hitsPerMinute)} hits/min\n${toLoad(load)}${lines.join('\n')}\n`
}

/** Empty where it is not known. */
function toLoad(load: Load | undefined): string {
  if (!load) return ''
  const words = renderLoad(load, Number.POSITIVE_INFINITY).map(({ text }) => text)
  const first = words.join('').trim().replaceAll(/ {2,}/g, ', ')
  return [first, ...toNodeLines(load), ''].join('\n')
}

/** Formats a reading as one line of JSON. */
export function toJson({ url, time, rows, totals: { recent: _, ...totals }, load }: Round): string {
  const rooms = rows.map(({ samples: _, ...row }) => ({ ...row, hitsPerMinute: round(row.hitsPerMinute) }))
  const all = { ...totals, hitsPerMinute: round(totals.hitsPerMinute) }
  return `${JSON.stringify({ time: new Date(time).toISOString(), url, totals: all, ...(load && { load }), rooms })}\n`
}

function toNumber(value: number | undefined): string {
  return value === undefined ? UNKNOWN : String(round(value))
}

function round(value: number | undefined): number | null {
  return value === undefined ? null : Math.round(value * 10) / 10
}
