/**
 * A published result in which the rows of a new one replace their predecessors, in the order of the table. Rows that the
 * table no longer has are dropped.
 * @param table as in table.mjs.
 */
export function updateResult(known, result, table) {
  const old = known.rows.map((row) => ({ date: known.date, ...row }))
  const byName = new Map([...old, ...result.rows].map((row) => [row.name, row]))
  const rows = table.flatMap(({ name }) => byName.get(name) ?? [])
  return { ...result, rows }
}
