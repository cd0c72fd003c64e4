import { setImmediate as nextTurn } from 'node:timers/promises'

/** The source of a long list. */
export interface PartsInit<T> {
  /** At most `limit` rows whose keys come after `after`, in the order of their keys. */
  read(after: string, limit: number): Promise<{ rows: readonly T[]; isLast: boolean }>
  keyOf(row: T): string
  /**
   * Changes that the rows of `read` do not contain, in any order: each turns the row that was read into the current one,
   * or into undefined if it was deleted. Called once for each part, in the turn of the event loop in which it was read.
   */
  changes?(): Iterable<readonly [key: string, change: (row: T | undefined) => T | undefined]>
}

const PART_ROWS = 1_000

/** Reads a long list in the order of its keys, part by part, with other work in between. */
export async function* readInParts<T>({ read, keyOf, changes }: PartsInit<T>): AsyncGenerator<T> {
  for (let after = ''; ; ) {
    const { rows, isLast } = await read(after, PART_ROWS)
    const end = isLast ? undefined : keyOf(rows.at(-1) as T)
    const part = new Map(rows.map((row) => [keyOf(row), row]))
    for (const [key, change] of changes?.() ?? []) {
      if (key <= after || (end !== undefined && key > end)) continue
      const row = change(part.get(key))
      if (row === undefined) part.delete(key)
      else part.set(key, row)
    }
    const sorted = [...part].sort(([one], [other]) => (one < other ? -1 : 1))
    // Changes that are not saved yet can make a part far longer than those that are read.
    for (const [index, [, row]] of sorted.entries()) {
      if (index % PART_ROWS === PART_ROWS - 1) await nextTurn()
      yield row
    }
    if (end === undefined) return
    after = end
    await nextTurn()
  }
}
