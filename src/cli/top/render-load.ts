import type { Load } from '../../schema/load-schema.ts'
import { printable } from '../printable.ts'
import { toCount } from './columns.ts'
import { type Line, type Span, widthOf } from './line.ts'

/** Values above these are marked, because viewers notice them. */
const LONG_WAIT = 500
const LONG_CHANGE = 1_000
const ENOUGH_FRAMES = 0.7

/** One line with the server's load in the last minute, most important first; parts that do not fit are omitted. */
export function renderLoad(load: Load, width: number): Line {
  const { server, render, waiting, changes, frames } = load
  const isShort = frames.reached < frames.wanted * ENOUGH_FRAMES
  const parts: Span[][] = [
    ...nodesOf(load),
    part(
      toCores(render.processor),
      `of ${render.workers} cores drawing`,
      render.processor > 0.9 * render.workers,
    ),
    part(toCores(server.processor), 'serving', server.processor > 0.85),
    part(toCount(waiting.pictures), `waiting ${toTime(waiting.p95)}`, (waiting.p95 ?? 0) > LONG_WAIT),
    part(toTime(changes.p95), 'to show changes', (changes.p95 ?? 0) > LONG_CHANGE),
    part(`${toCount(Math.round(frames.reached))}/${toCount(Math.round(frames.wanted))}`, 'fps', isShort),
    part(toMegabytes(server.memoryBytes + render.memoryBytes), 'MB', false),
    ...refusedOf(load),
  ]
  const tooMany = parts.findIndex((_, last) => widthOf(parts.slice(0, last + 1).flat()) > width)
  return parts.slice(0, tooMany < 0 ? parts.length : tooMany).flat()
}

function nodesOf({ cluster }: Load): Span[][] {
  if (!cluster) return []
  const { isPartial, nodes } = cluster
  const edges = nodes.filter(({ isEdge }) => isEdge === true).length
  const servers = nodes.length - edges
  const what = servers === 1 ? 'server' : 'servers'
  return [
    part(toCount(servers), isPartial ? `${what}, counts of this one only` : what, isPartial),
    ...(edges > 0 ? [part(toCount(edges), edges === 1 ? 'edge' : 'edges', false)] : []),
  ]
}

function refusedOf({ refusals }: Load): Span[][] {
  const [first] = Object.entries(refusals)
  if (!first) return []
  const all = Object.values(refusals).reduce((sum, count) => sum + count, 0)
  return [part(toCount(all), `refused (${printable(first[0])})`, false)]
}

function part(value: string, what: string, isBad: boolean): Span[] {
  return [{ text: value, style: isBad ? 'red' : 'bold' }, { text: ` ${what}   ` }]
}

function toCores(cores: number): string {
  return cores.toFixed(2)
}

function toTime(time: number | null): string {
  if (time === null) return '-'
  return time < 1000 ? `${Math.round(time)} ms` : `${(time / 1000).toFixed(1)} s`
}

function toMegabytes(bytes: number): string {
  return toCount(Math.round(bytes / 1e6))
}
