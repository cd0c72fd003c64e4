import type { Selection, Sort } from './rows.ts'

/** The user's current choices. */
export interface View extends Selection {
  /** Whether the user is typing the filter. */
  isTyping: boolean
  /** Number of rooms above the first visible one. */
  offset: number
}

/** A key as `node:readline` names it. */
export interface Key {
  name?: string | undefined
  sequence?: string | undefined
  ctrl?: boolean | undefined
  meta?: boolean | undefined
}

/** Maximum length of a filter: that of the server's search. */
export const MAX_FILTER_LENGTH = 100

/** The sort key of each key. */
export const SORT_KEYS: Readonly<Record<string, Sort>> = {
  v: 'visitors',
  c: 'connections',
  p: 'peak',
  h: 'hits',
  m: 'hitsPerMinute',
  r: 'room',
}

/**
 * Returns the view after a key.
 * @param page the number of rooms that fit
 * @param rooms the number of all rooms
 */
export function press(view: View, key: Key, page: number, rooms: number): View | 'quit' {
  if (key.ctrl && (key.name === 'c' || key.name === 'd')) return 'quit'
  if (view.isTyping) return typeFilter(view, key)
  const sort = key.ctrl || key.meta ? undefined : SORT_KEYS[key.sequence ?? '']
  if (sort) return { ...view, sort, isReversed: sort === view.sort && !view.isReversed, offset: 0 }
  if (key.sequence === 'q') return 'quit'
  if (key.sequence === '/') return { ...view, isTyping: true }
  if (key.name === 'escape') return { ...view, filter: '', offset: 0 }
  return { ...view, offset: keepInside(view.offset + stepOf(key, page, rooms), page, rooms) }
}

/** Clamps an offset so that the last screen is full. */
export function keepInside(offset: number, page: number, rooms: number): number {
  return Math.max(0, Math.min(offset, rooms - page))
}

function typeFilter(view: View, { name, sequence = '', ctrl, meta }: Key): View {
  const to = (filter: string) => ({ ...view, filter: filter.slice(0, MAX_FILTER_LENGTH), offset: 0 })
  if (name === 'return' || name === 'enter') return { ...view, isTyping: false }
  if (name === 'escape') return { ...to(''), isTyping: false }
  if (name === 'backspace') return to(view.filter.slice(0, -1))
  if (ctrl && name === 'u') return to('')
  return !ctrl && !meta && /^[ -~]$/.test(sequence) ? to(view.filter + sequence) : view
}

function stepOf({ name = '', sequence = '' }: Key, page: number, rooms: number): number {
  const steps: Readonly<Record<string, number>> = {
    up: -1,
    k: -1,
    down: 1,
    j: 1,
    pageup: -page,
    pagedown: page,
    space: page,
    home: -rooms,
    end: rooms,
  }
  return steps[name] ?? steps[sequence] ?? 0
}
