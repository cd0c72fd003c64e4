import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { HistoryStep } from '../../widget/room-history.ts'
import type { DamageLog } from '../damage-log.ts'
import type { HistoryRange } from '../history.ts'
import type { HistoryArchive, RecordRow, RoomActivity } from '../history-archive.ts'
import { HOUR, hourOf, MINUTE } from '../minute.ts'
import { UNKNOWN_SINCE } from '../room-table.ts'
import { type HourRows, readSavedSteps, saveActivity } from '../saved-hours.ts'
import { ADD_HOURS, ADD_RECORDS, DELETE_HOURS } from './history-scripts.ts'
import type { RedisLink } from './redis-link.ts'

/** Attempts to add activity while other nodes add to the same hours. */
const MAX_ATTEMPTS = 30
const DELETED_AT_ONCE = 500

/** The hours of one room that one call reads and changes. */
interface RoomHours {
  room: string
  record: RecordRow | undefined
  seen: number
  isRecordChanged: boolean
  /** As base64, by number since the epoch; empty where there is none. */
  known: Map<number, string>
  changed: Map<number, string>
}

/** The archive in Redis, to which several nodes add. */
export class RedisArchive implements HistoryArchive {
  readonly #link: RedisLink
  readonly #damage: DamageLog

  constructor(link: RedisLink, damage: DamageLog) {
    this.#link = link
    this.#damage = damage
  }

  async readSteps(room: string, range: HistoryRange): Promise<HistoryStep[]> {
    const first = hourOf(range.from)
    const count = Math.max(0, hourOf(range.to - 1) + 1 - first)
    if (count === 0) return []
    const numbers = Array.from({ length: count }, (_, index) => first + index)
    const hours = await this.#readHours(room, numbers)
    const rows = { ...NO_ROWS, readHours: () => toHours(hours) }
    return readSavedSteps(rows, room, range, () => this.#damage.report('history', room))
  }

  async readRecords(rooms: readonly string[]): Promise<(RecordRow | undefined)[]> {
    return Promise.all(rooms.map((room) => this.#readRecord(room)))
  }

  async addRecords(records: readonly RecordRow[], seen: number): Promise<void> {
    if (records.length === 0) return
    const rows = records.map(({ room, since, peak, day, dayPeak }) => [room, since, peak, day, dayPeak, seen])
    await this.#link.run(ADD_RECORDS, ['rooms'], JSON.stringify(rows))
  }

  async add(activity: readonly RoomActivity[]): Promise<void> {
    const id = randomBytes(12).toString('hex')
    for (let attempt = 1; ; attempt += 1) {
      const rooms = await Promise.all(activity.map((each) => this.#change(each)))
      const rows = rooms
        .filter(({ isRecordChanged, changed }) => isRecordChanged || changed.size > 0)
        .map((each) => toRow(each))
      if (rows.length === 0) return
      if ((await this.#link.run(ADD_HOURS, ['rooms'], id, JSON.stringify(rows))) === 1) return
      if (attempt === MAX_ATTEMPTS) throw new Error('other nodes kept changing the same hours')
      await sleep(Math.random() * 5 * attempt)
    }
  }

  async deleteBefore(hour: number): Promise<void> {
    for (let deleted = 1; deleted > 0; )
      deleted = (await this.#link.run(DELETE_HOURS, ['hours'], hour, DELETED_AT_ONCE)) as number
  }

  async #change(activity: RoomActivity): Promise<RoomHours> {
    const { room } = activity.record
    const numbers = [...new Set(activity.minutes.map(([number]) => Math.floor((number * MINUTE) / HOUR)))]
    const [record, known] = await Promise.all([this.#readRecord(room), this.#readHours(room, numbers)])
    const hours: RoomHours = { room, record, seen: 0, isRecordChanged: false, known, changed: new Map() }
    const rows: HourRows = {
      ...NO_ROWS,
      readHour: (_room, hour) => toBytes(known.get(hour)),
      readRecord: () => record,
      writeRecord: (merged, seen) => Object.assign(hours, { record: merged, seen, isRecordChanged: true }),
      writeHour: (_room, hour, bytes) => hours.changed.set(hour, Buffer.from(bytes).toString('base64')),
      deleteHour: (_room, hour) => hours.changed.set(hour, ''),
    }
    saveActivity(rows, activity, () => this.#damage.report('history', room))
    return hours
  }

  async #readRecord(room: string): Promise<RecordRow | undefined> {
    const key = `${this.#link.prefix}room:${room}`
    const fields = await this.#link.call('HMGET', key, '#since', '#peak', '#day', '#dayPeak', '#seen')
    const [since, peak, day, dayPeak, seen] = fields as (string | null)[]
    if (seen === null) return undefined
    return {
      room,
      since: since === null ? UNKNOWN_SINCE : Number(since),
      ...{ peak: Number(peak), day: Number(day), dayPeak: Number(dayPeak) },
    }
  }

  async #readHours(room: string, numbers: readonly number[]): Promise<Map<number, string>> {
    if (numbers.length === 0) return new Map()
    const hours = await this.#link.call('HMGET', `${this.#link.prefix}history:${room}`, ...numbers)
    return new Map(numbers.map((number, index) => [number, (hours as (string | null)[])[index] ?? '']))
  }
}

const NO_ROWS: HourRows = {
  readHour: () => undefined,
  readHours: () => [],
  readRecord: () => undefined,
  writeRecord: () => {},
  writeHour: () => {},
  deleteHour: () => {},
}

function toBytes(base64 = ''): Uint8Array | undefined {
  return base64 === '' ? undefined : Buffer.from(base64, 'base64')
}

function* toHours(hours: ReadonlyMap<number, string>): Generator<{ hour: number; minutes: Uint8Array }> {
  for (const [hour, base64] of hours) {
    const minutes = toBytes(base64)
    if (minutes) yield { hour, minutes }
  }
}

function toRow({ room, record, seen, isRecordChanged, known, changed }: RoomHours): unknown {
  const { since = 0, peak = 0, day = 0, dayPeak = 0 } = record ?? {}
  return [
    isRecordChanged ? [since, peak, day, dayPeak, seen] : null,
    room,
    [...changed].map(([hour, base64]) => [hour, known.get(hour) ?? '', base64]),
  ]
}
