import { describe, expect, test } from 'vitest'
import { type Key, MAX_FILTER_LENGTH, press, type View } from '../../../src/cli/top/view.ts'

const START: View = { sort: 'visitors', isReversed: false, filter: '', isTyping: false, offset: 0 }
const PAGE = 10
const ROOMS = 35

/** Letters by themselves, other keys by their names in angle brackets. */
function type(text: string, view: View = START): View | 'quit' {
  const keys = text.match(/<[\w-]+>|[^<]/g) ?? []
  return keys.reduce<View | 'quit'>(
    (now, key) => (now === 'quit' ? now : press(now, toKey(key), PAGE, ROOMS)),
    view,
  )
}

function toKey(text: string): Key {
  if (!text.startsWith('<')) return { sequence: text, name: /[a-z]/.test(text) ? text : undefined }
  const name = text.slice(1, -1)
  return name.startsWith('c-')
    ? { name: name.slice(2), ctrl: true, sequence: '\x03' }
    : { name, sequence: '\x1b' }
}

describe('the keys', () => {
  test.each(['q', '<c-c>', '<c-d>', '/abc<c-c>'])('%s quits', (keys) => {
    expect(type(keys)).toBe('quit')
  })

  test.each<[string, Partial<View>]>([
    ['c', { sort: 'connections' }],
    ['p', { sort: 'peak' }],
    ['h', { sort: 'hits' }],
    ['m', { sort: 'hitsPerMinute' }],
    ['r', { sort: 'room' }],
    ['v', { sort: 'visitors', isReversed: true }],
    ['vv', { sort: 'visitors' }],
    ['hhv', { sort: 'visitors' }],
    ['<down><down>c', { sort: 'connections', offset: 0 }],
  ])('%s sorts; once more is the other way round', (keys, view) => {
    expect(type(keys)).toEqual({ ...START, ...view })
  })

  test.each<[string, Partial<View>]>([
    ['/', { isTyping: true }],
    ['/q', { isTyping: true, filter: 'q' }],
    ['/ab/c', { isTyping: true, filter: 'ab/c' }],
    ['/ab<backspace>', { isTyping: true, filter: 'a' }],
    ['/<backspace>', { isTyping: true }],
    ['/ab<c-u>x', { isTyping: true, filter: 'x' }],
    ['/ab<down>', { isTyping: true, filter: 'ab' }],
    ['/é', { isTyping: true }],
    ['/ab<return>', { filter: 'ab' }],
    ['/ab<escape>', {}],
    ['/ab<return><escape>', {}],
    ['/ab<return>/c<return>', { filter: 'abc' }],
    ['<end>/a', { isTyping: true, filter: 'a', offset: 0 }],
    [`/${'x'.repeat(MAX_FILTER_LENGTH + 5)}<return>`, { filter: 'x'.repeat(MAX_FILTER_LENGTH) }],
  ])('%s filters', (keys, view) => {
    expect(type(keys)).toEqual({ ...START, ...view })
  })

  test.each<[string, number]>([
    ['<down>', 1],
    ['jjk', 1],
    ['<up>', 0],
    ['<pagedown>', 10],
    ['<space><space>', 20],
    ['<pagedown><pagedown><pagedown><pagedown>', 25],
    ['<end>', 25],
    ['<end><pageup>', 15],
    ['<end><home>', 0],
    ['x', 0],
  ])('%s scrolls to %i, and never past the end', (keys, offset) => {
    expect(type(keys)).toEqual({ ...START, offset })
  })
})
