import { setImmediate as nextTurn } from 'node:timers/promises'

/** Where a long list comes from. */
export interface PartsInit<T> {
  /** The rows whose keys come after `after`, in the order of their keys, at most so many. */
  read(after: string, most: number): readonly T[]
  keyOf(row: T): string
  /** What stands in place of a row that is read, undefined where there is none any more; in any order. */
  newer?(): Iterable<readonly [key: string, row: T | undefined]>
}

/** Rows in a part: reading them takes some milliseconds of an SQLite file. */
const PART_ROWS = 1_000

/** A long list in the order of its keys, read part by part, with whatever else is to be done between. */
export async function* readInParts<T>({ read, keyOf, newer }: PartsInit<T>): AsyncGenerator<T> {
  for (let after = ''; ; ) {
    const rows = read(after, PART_ROWS)
    const last = rows.at(-1)
    const lastRead = last !== undefined && rows.length === PART_ROWS ? keyOf(last) : undefined
    const part = new Map(rows.map((row) => [keyOf(row), row]))
    for (const [key, row] of newer?.() ?? []) {
      if (key <= after || (lastRead !== undefined && key > lastRead)) continue
      if (row === undefined) part.delete(key)
      else part.set(key, row)
    }
    const sorted = [...part].sort(([one], [other]) => (one < other ? -1 : 1))
    const whole = sorted.slice(0, PART_ROWS)
    yield* whole.map(([, row]) => row)
    const isCut = sorted.length > PART_ROWS
    if (lastRead === undefined && !isCut) return
    after = isCut ? (whole.at(-1)?.[0] ?? '') : (lastRead ?? '')
    await nextTurn()
  }
}
