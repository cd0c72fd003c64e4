import { describe, expect, test } from 'vitest'
import { knownRoom } from '../../src/widget/known-room.ts'
import { type Manifest, toManifest } from '../../src/widget/manifest.ts'
import { param } from '../../src/widget/param.ts'
import { isRoomName, isWidgetName, parseRoom, pathOfRoom, roomOf } from '../../src/widget/room.ts'
import type { Widget } from '../../src/widget/widget.ts'

const widget: Widget = { title: 'It', size: { width: 10, height: 10 }, draw: () => {} }

describe('a room', () => {
  test.each([
    ['online/lobby', { widget: 'online', key: 'lobby' }],
    ['badge/a/b', { widget: 'badge', key: 'a/b' }],
    ['badge/über uns', { widget: 'badge', key: 'über uns' }],
  ])('%s is made from its parts, and taken apart again', (room, parts) => {
    expect(roomOf(parts)).toBe(room)
    expect(parseRoom(room)).toEqual(parts)
  })

  test('without a slash has no key', () => {
    expect(parseRoom('online')).toEqual({ widget: 'online', key: '' })
  })

  test('has a path in which its key is one segment', () => {
    expect(pathOfRoom({ widget: 'badge', key: 'a/b c?' })).toBe('/badge/a%2Fb%20c%3F')
    expect(pathOfRoom({ widget: 'online', key: 'A-z.0_9~' })).toBe('/online/A-z.0_9~')
  })

  test.each(['online/lobby', 'traffic-light/v1.2', 'a/über', `a/${'k'.repeat(255)}`])('may be %s', (room) => {
    expect(isRoomName(room)).toBe(true)
  })

  test.each(['online', 'online/', '/lobby', 'On/lobby', 'a/b/c', 'a/\n', `a/${'k'.repeat(256)}`, ''])(
    'may not be %j',
    (room) => expect(isRoomName(room)).toBe(false),
  )
})

describe('the name of a widget', () => {
  test.each(['online', 'traffic-light', 'a1-b2', 'a'.repeat(64)])('may be %s', (name) => {
    expect(isWidgetName(name)).toBe(true)
  })

  test.each(['', '1a', 'A', 'a_b', '-a', 'a-', 'a--b', 'a'.repeat(65)])('may not be %j', (name) => {
    expect(isWidgetName(name)).toBe(false)
  })
})

describe('a room that a request names', () => {
  const manifests: ReadonlyMap<string, Manifest> = new Map(
    Object.entries({
      plain: {},
      pages: { key: param.choice(['home', 'about']) },
      years: { key: { pattern: /\d{4}/, default: '2027' } },
      badge: { key: param.text('a', { max: 255 }), stateless: true },
    }).map(([name, more]) => [name, toManifest(name, `/${name}.mjs`, { ...widget, ...more })]),
  )
  const find = (name: string, key: string) => knownRoom(manifests, { widget: name, key })

  test('has a key of its widget’s own grammar', () => {
    expect(find('plain', 'main')).toBe('plain/main')
    expect(find('pages', 'home')).toBe('pages/home')
    expect(find('years', '2027')).toBe('years/2027')
  })

  test.each([
    ['plain', 'a b', 400, 'bad-key'],
    ['pages', 'main', 404, 'not-found'],
    ['years', 'main', 404, 'not-found'],
    ['badge', 'a', 404, 'not-found'],
    ['Plain', 'main', 400, 'bad-widget'],
    ['removed', '', 400, 'bad-key'],
  ])('is refused as %s/%s: %i', (name, key, status, code) => {
    expect(() => find(name, key)).toThrow(expect.objectContaining({ status, code }))
  })

  test('may belong to a widget that was removed', () => {
    expect(find('removed', 'über uns')).toBe('removed/über uns')
  })
})
