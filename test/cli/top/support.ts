import { History } from '../../../src/cli/top/history.ts'
import type { Reading, Room } from '../../../src/cli/top/read-rooms.ts'
import { type Selection, toRows, toTotals } from '../../../src/cli/top/rows.ts'
import type { Screen } from '../../../src/cli/top/screen.ts'
import { toldRoom } from '../../support/rooms-server.ts'

const BEGINNING = Date.UTC(2026, 10, 21, 12)

/** A reading some milliseconds after the first. */
export function readingAt(time: number, rooms: Room[], unwatched = 0): Reading {
  return { time: BEGINNING + time, rooms, unwatched, load: undefined }
}

/** Rooms by their name and their visitors, watched by as many connections. */
export function roomsOf(visitors: Readonly<Record<string, number>>): Room[] {
  return Object.entries(visitors).map(([room, count]) =>
    toldRoom(room, { visitors: count, connections: count, peak: count }),
  )
}

/** The screen after some readings. */
export function screenOf(
  readings: readonly Reading[],
  { fault, isTyping = false, offset = 0, ...selected }: Partial<Screen['view'] & Screen> = {},
): Screen {
  const history = new History()
  for (const reading of readings) history.add(reading)
  const reading = readings.at(-1) ?? readingAt(0, [])
  const selection: Selection = { sort: 'visitors', isReversed: false, filter: '', ...selected }
  const rows = toRows(reading, history, selection)
  return {
    url: 'http://localhost:9192',
    interval: 1000,
    time: reading.time,
    rows,
    totals: toTotals(rows, reading, history),
    load: undefined,
    view: { ...selection, isTyping, offset },
    fault,
  }
}
