import { printable } from '../printable.ts'
import { toCount } from './columns.ts'
import { type Line, type Span, spread, widthOf } from './line.ts'
import type { Screen, Size } from './screen.ts'

/** The help of the keys, from the longest to the shortest version; a `*` marks a key. */
const KEYS = [
  '*v visitors  *c connections  *p peak  *h hits  *m hits/min  *r room  */ filter  *q quit',
  'Sort: *v *c *p *h *m *r   */ filter   *q quit',
  '*v *c *p *h *m *r */ *q',
]

/**
 * The last line: the error, otherwise the filter being typed, otherwise the help of the keys; at its right the range of
 * rooms on the screen.
 * @param shown the number of rooms on the screen
 */
export function renderFooter(
  screen: Screen,
  shown: number,
  { width, isUnicode }: Omit<Size, 'height'>,
): Line {
  const { view, fault, rows } = screen
  if (view.isTyping) {
    const cursor = isUnicode ? '█' : '_'
    return spread(
      [{ text: `/${view.filter.slice(-Math.max(1, width - 2))}${cursor}` }],
      [{ text: 'Enter: keep  Esc: clear', style: 'dim' }],
      width,
    )
  }
  if (fault !== undefined) return [{ text: printable(fault), style: 'red' }]
  const range: Line = shown < rows.length ? [{ text: rangeOf(screen, shown, isUnicode), style: 'dim' }] : []
  const filter: Line =
    view.filter === '' ? [] : [{ text: `/${view.filter}`, style: 'bold' }, { text: '  Esc: clear   ' }]
  const room = width - widthOf(range) - 1
  const lines = KEYS.map((keys): Line => [...filter, ...toSpans(keys)])
  const left = lines.find((line) => widthOf(line) <= room) ?? lines.at(-1) ?? []
  return spread(left, range, width)
}

function rangeOf({ view, rows }: Screen, shown: number, isUnicode: boolean): string {
  const first = Math.min(rows.length, view.offset + 1)
  return `${toCount(first)}${isUnicode ? '–' : '-'}${toCount(view.offset + shown)} of ${toCount(rows.length)}`
}

function toSpans(keys: string): Span[] {
  return keys
    .split(/(\*.)/)
    .map((text) => (text.startsWith('*') ? { text: text.slice(1), style: 'bold' } : { text }))
}
