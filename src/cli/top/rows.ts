import { type History, hitsPerMinute, type Sample } from './history.ts'
import type { Reading, Room } from './read-rooms.ts'

/** The sort keys, in the order of the columns. */
export const SORTS = ['room', 'visitors', 'connections', 'peak', 'hits', 'hitsPerMinute'] as const

export type Sort = (typeof SORTS)[number]

/** The selection of rooms, and their order. */
export interface Selection {
  /** Numbers are sorted largest first. */
  sort: Sort
  /** Whether the order is reversed. */
  isReversed: boolean
  /** Part of the name, case-insensitive; empty for all rooms. */
  filter: string
}

/** One room with its recent history. */
export interface Row extends Room {
  /** Undefined until the second reading of the room. */
  hitsPerMinute: number | undefined
  /** Its last readings, newest last. */
  samples: readonly Sample[]
}

/** The sum over the selected rooms. */
export interface Totals {
  /** A person in two rooms is counted twice. */
  visitors: number
  connections: number
  hitsPerMinute: number | undefined
  watched: number
  /** Watched or not. */
  rooms: number
  /** The visitors at each of the last readings, newest last. */
  recent: readonly number[]
}

/** Returns the selected rooms in their order; equal ones by name. */
export function toRows({ rooms }: Reading, history: History, { sort, isReversed, filter }: Selection): Row[] {
  const search = filter.toLowerCase()
  const direction = isReversed ? -1 : 1
  return rooms
    .filter(({ room }) => room.toLowerCase().includes(search))
    .map((room) => {
      const samples = history.of(room.room)
      return { ...room, hitsPerMinute: hitsPerMinute(samples), samples }
    })
    .sort((one, other) => direction * compare(one, other, sort) || compare(one, other, 'room'))
}

function compare(one: Row, other: Row, sort: Sort): number {
  if (sort === 'room') return one.room < other.room ? -1 : Number(one.room > other.room)
  return (other[sort] ?? 0) - (one[sort] ?? 0)
}

/** Sums up the selected rooms. */
export function toTotals(rows: readonly Row[], { unwatched }: Reading, history: History): Totals {
  const sum = (count: (row: Row) => number) => rows.reduce((all, row) => all + count(row), 0)
  const rates = rows.flatMap((row) => row.hitsPerMinute ?? [])
  const watched = sum(({ connections }) => Number(connections > 0))
  return {
    visitors: sum(({ visitors }) => visitors),
    connections: sum(({ connections }) => connections),
    hitsPerMinute: rates.length > 0 ? rates.reduce((all, rate) => all + rate, 0) : undefined,
    watched,
    rooms: watched + unwatched,
    recent: history.visitorsOf(rows.map(({ room }) => room)),
  }
}
