import type { Load } from '../../schema/load-schema.ts'
import { printable } from '../printable.ts'
import { toCount } from './columns.ts'
import { type Line, type Span, widthOf } from './line.ts'

type Node = NonNullable<Load['cluster']>['nodes'][number]

/** One line with every server, those with most streams first; how many do not fit is at its end. Undefined for one alone. */
export function renderNodes({ cluster }: Load, width: number): Line | undefined {
  const nodes = (cluster?.nodes ?? []).toSorted((one, other) => other.connections - one.connections)
  if (nodes.length < 2) return undefined
  const parts = nodes.map((node, at): Span[] => [
    ...(at > 0 ? [{ text: '   ' }] : []),
    { text: toCount(node.connections), style: 'bold' },
    { text: ` ${nameOf(node)}` },
  ])
  for (let shown = parts.length; shown > 0; shown -= 1) {
    const more = shown < parts.length ? `   and ${toCount(parts.length - shown)} more` : ''
    const line: Line = [...parts.slice(0, shown).flat(), ...(more === '' ? [] : [{ text: more }])]
    if (widthOf(line) <= width) return line
  }
  return undefined
}

/** A line of text for every server: streams, rooms, processor, memory. Empty for one alone. */
export function toNodeLines({ cluster }: Load): string[] {
  const nodes = cluster?.nodes ?? []
  const rows = nodes.map((node) => [
    `  ${nameOf(node)}`,
    `${toCount(node.connections)} streams`,
    `${toCount(node.rooms)} rooms`,
    node.processor === undefined ? '' : `${node.processor.toFixed(2)} cores`,
    node.memoryBytes === undefined ? '' : `${toCount(Math.round(node.memoryBytes / 1e6))} MB`,
  ])
  const widths = [0, 1, 2, 3, 4].map((column) =>
    Math.max(0, ...rows.map((row) => (row[column] ?? '').length)),
  )
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  )
}

function nameOf({ name, isEdge }: Node): string {
  return `${printable(name)}${isEdge === true ? ' (edge)' : ''}`
}
