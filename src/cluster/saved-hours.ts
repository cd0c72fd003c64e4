import type { HistoryStep } from '../widget/room-history.ts'
import type { HistoryRange } from './history.ts'
import { mergeRecords, type RecordRow, type RoomActivity } from './history-archive.ts'
import { decodeHour, encodeHour } from './hour-code.ts'
import { addToMinute, emptyMinute, type Hour, hourOf, isEmptyMinute, MINUTE } from './minute.ts'
import { addHour } from './roll-up.ts'

/** Rows of encoded hours and of records, in any storage. Calls throw if the storage fails. */
export interface HourRows {
  readHour(room: string, hour: number): Uint8Array | undefined
  /** The hours of a room from `from` up to, but not including, `to`. */
  readHours(room: string, from: number, to: number): Iterable<{ hour: number; minutes: Uint8Array }>
  readRecord(room: string): RecordRow | undefined
  /** @param seen the last activity in the room, in milliseconds since the epoch */
  writeRecord(record: RecordRow, seen: number): void
  /** Called after the room's record was written. */
  writeHour(room: string, hour: number, minutes: Uint8Array): void
  deleteHour(room: string, hour: number): void
}

/** Called for a blob that cannot be decoded. */
export type OnDamage = (room: string) => void

/** The steps of a range, as sums, from the saved hours. */
export function readSavedSteps(
  rows: HourRows,
  room: string,
  range: HistoryRange,
  onDamage: OnDamage,
): HistoryStep[] {
  const { from, to } = range
  const steps = new Map<number, HistoryStep>()
  for (const { hour, minutes } of rows.readHours(room, hourOf(from), hourOf(to - 1) + 1)) {
    const decoded = decodeHour(minutes)
    if (decoded) addHour(steps, { number: hour, hour: decoded }, range)
    else onDamage(room)
  }
  return [...steps.values()]
}

/** Adds a room's activity to its saved hours. */
export function saveActivity(rows: HourRows, { record, minutes }: RoomActivity, onDamage: OnDamage): void {
  const { room } = record
  const changes: { number: number; saved: Uint8Array | undefined; hour: Hour }[] = []
  for (const [number, added] of byHour(minutes)) {
    const saved = rows.readHour(room, number)
    const hour = saved ? decodeHour(saved) : new Map()
    if (!hour) onDamage(room)
    changes.push({ number, saved, hour: addMinutes(hour ?? new Map(), added) })
  }
  const savedRecord = rows.readRecord(room)
  // A hit that was taken back leaves no row.
  if (!savedRecord && changes.every(({ hour }) => hour.size === 0)) return
  const seen = minutes.reduce((latest, [number]) => Math.max(latest, number * MINUTE), 0)
  rows.writeRecord(mergeRecords(savedRecord, record), seen)
  for (const { number, saved, hour } of changes) {
    if (hour.size > 0) rows.writeHour(room, number, encodeHour(hour))
    else if (saved) rows.deleteHour(room, number)
  }
}

function byHour(minutes: RoomActivity['minutes']): Map<number, Hour> {
  const hours = new Map<number, Hour>()
  for (const [number, minute] of minutes) {
    const hour = Math.floor(number / 60)
    const known = hours.get(hour) ?? new Map()
    known.set(number - hour * 60, minute)
    hours.set(hour, known)
  }
  return hours
}

function addMinutes(hour: Hour, added: Hour): Hour {
  for (const [index, minute] of added) {
    const known = hour.get(index) ?? emptyMinute()
    addToMinute(known, minute)
    if (isEmptyMinute(known)) hour.delete(index)
    else hour.set(index, known)
  }
  return hour
}
