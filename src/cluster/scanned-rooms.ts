import { parseRoom } from '../widget/room.ts'
import { placeOf, type RoomFilter, type RoomRange, type RoomRow } from './room-table.ts'
import { comparePlaces, takeFirst } from './take-first.ts'

/** Reads all rooms that a filter lets through, in any order, with other work in between. */
export type RoomScan = (filter: RoomFilter, today: number) => AsyncIterable<RoomRow>

/** Returns a part of a list of rooms, for a table without an index. */
export async function listScanned(
  scan: RoomScan,
  { sort, isDescending, after, limit, today, ...filter }: RoomRange,
): Promise<RoomRow[]> {
  const compare = comparePlaces(isDescending)
  const places: { row: RoomRow; value: string | number; room: string }[] = []
  for await (const row of scan(filter, today)) {
    const place = { row, ...placeOf(row, sort) }
    if (!after || compare(place, after) > 0) places.push(place)
  }
  return takeFirst(places, limit, compare).map(({ row }) => row)
}

/** Returns the number of rooms that a filter lets through, and the sum of their hits. */
export async function countScanned(
  scan: RoomScan,
  filter: RoomFilter,
): Promise<{ rooms: number; hits: number }> {
  const count = { rooms: 0, hits: 0 }
  for await (const { hits } of scan(filter, 0)) {
    count.rooms += 1
    count.hits += hits
  }
  return count
}

/** Returns the widgets that have rooms, in order. */
export async function widgetsOfScanned(scan: RoomScan, exclude: readonly string[]): Promise<string[]> {
  const widgets = new Set<string>()
  for await (const { room } of scan({ exclude }, 0)) widgets.add(parseRoom(room).widget)
  return [...widgets].sort()
}
