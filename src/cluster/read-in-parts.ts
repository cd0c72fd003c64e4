import { setImmediate as nextTurn } from 'node:timers/promises'

/** Where a long list comes from. */
export interface PartsInit<T> {
  /** At most `limit` rows whose keys come after `after`, in the order of their keys. */
  read(after: string, limit: number): Promise<{ rows: readonly T[]; isLast: boolean }>
  keyOf(row: T): string
  /**
   * What has changed and is not in the rows that `read` returns, in any order: each makes a row from the one that was
   * read, or undefined if there is none any more. Called once a part, in the same turn of the event loop as it was read.
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
    yield* sorted.map(([, row]) => row)
    if (end === undefined) return
    after = end
    await nextTurn()
  }
}
