import type { Place } from './room-table.ts'

/** Compares places in an order: equal values by the room's name, always from a to z. */
export function comparePlaces(isDescending: boolean): (one: Place, other: Place) => number {
  return (one, other) =>
    (one.value === other.value ? 0 : one.value < other.value === isDescending ? 1 : -1) ||
    (one.room < other.room ? -1 : Number(one.room > other.room))
}

/** Returns the first `max` rows of an order, without sorting a hundred thousand of them. */
export function takeFirst<T>(rows: Iterable<T>, max: number, compare: (one: T, other: T) => number): T[] {
  const first: T[] = []
  for (const row of rows) {
    const last = first[max - 1]
    if (last !== undefined && compare(row, last) >= 0) continue
    let [low, high] = [0, first.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (compare(first[middle] as T, row) <= 0) low = middle + 1
      else high = middle
    }
    first.splice(low, 0, row)
    if (first.length > max) first.pop()
  }
  return first
}
