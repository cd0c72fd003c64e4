import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { DAY, HOUR, MINUTE } from '../../src/cluster/minute.ts'
import { StateFile } from '../../src/cluster/state-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'imgcast-idle-'))
const NOW = 20_000 * DAY
let file: StateFile
let number = 0

beforeEach(() => {
  number += 1
  file = new StateFile(join(folder, `${number}.db`))
  return () => file.close()
})

afterAll(() => rmSync(folder, { recursive: true }))

/** A room that was requested and watched some time ago. */
function add(room: string, { ago = 2 * DAY, hits = 1, peak = 0, state = false } = {}): void {
  const time = NOW - ago
  const minute = { visitorsPeak: peak, visitorsTime: 0, connectionsPeak: peak, connectionsTime: 0, hits }
  file.history.add([
    {
      record: { room, since: time, peak, day: Math.floor(time / DAY), dayPeak: peak },
      minutes: [[Math.floor(time / MINUTE), minute]],
    },
  ])
  file.write([
    { room, name: '$hits', json: String(hits) },
    { room, name: '$hits:2024-10-03', json: String(hits) },
    ...(state ? [{ room, name: 'x', json: '1' }] : []),
  ])
}

function forget(maxRooms = 1_000): number {
  const idle = { before: NOW - DAY, maxRooms, unusedSince: NOW - HOUR }
  let all = 0
  for (let count = 1; count > 0; all += count) count = file.forgetRooms(idle).length
  return all
}

function rooms(): string[] {
  const range = { sort: 'room', isDescending: false, limit: 10_000, today: 0 } as const
  return file.listRooms(range).map(({ room }) => room)
}

describe('a room', () => {
  test('is deleted a day after its only request, with all its counts', () => {
    add('online/made-up')
    add('online/of-today', { ago: HOUR })
    expect(forget()).toBe(1)
    expect(rooms()).toEqual(['online/of-today'])
    expect(file.read('online/made-up', '$hits')).toBeUndefined()
    expect(file.read('online/made-up', '$hits:2024-10-03')).toBeUndefined()
    const range = { from: NOW - 3 * DAY, to: NOW, step: HOUR }
    add('online/new', { ago: 0 })
    for (const room of ['online/made-up', 'online/new']) {
      const hits = file.history.readSteps(room, range).reduce((sum, step) => sum + step.hits, 0)
      expect(hits).toBe(0)
    }
  })

  test('that was watched, written, or requested often is not forgotten for its age', () => {
    add('online/watched', { peak: 1, ago: 90 * DAY })
    add('badge/written', { state: true, ago: 90 * DAY })
    add('hits/counter', { hits: 11, ago: 90 * DAY })
    expect(forget()).toBe(0)
    expect(rooms()).toHaveLength(3)
  })

  test('makes room for newer ones if it was never watched or written, oldest first', () => {
    add('online/watched', { peak: 1, ago: 90 * DAY })
    add('badge/written', { state: true, ago: 90 * DAY })
    for (let index = 0; index < 500; index += 1)
      add(`online/r${String(index).padStart(3, '0')}`, { ago: (500 - index) * MINUTE, hits: 99 })
    expect(forget(102)).toBe(400)
    expect(rooms()).toHaveLength(102)
    expect(rooms()).toEqual(expect.arrayContaining(['online/watched', 'badge/written', 'online/r499']))
    expect(rooms()).not.toContain('online/r399')
  })

  test('that several people watched, that is used, written or often requested stays, however many there may be', () => {
    for (let index = 0; index < 20; index += 1) {
      add(`online/several-${index}`, { peak: 2 })
      add(`online/used-${index}`, { peak: 1, ago: MINUTE })
      add(`online/written-${index}`, { peak: 1, state: true })
      add(`online/often-${index}`, { peak: 1, hits: 11 })
    }
    expect(forget(10)).toBe(0)
    expect(rooms()).toHaveLength(80)
  })

  test('that one visitor at a time has watched goes only where there are too many, and after those without any', () => {
    for (let index = 0; index < 30; index += 1) {
      add(`online/once-${index}`, { peak: 1, ago: (index + 2) * DAY })
      add(`online/never-${index}`, { ago: 2 * HOUR })
    }
    expect(forget(60)).toBe(0)
    expect(forget(40)).toBe(20)
    expect(rooms().filter((room) => room.includes('once'))).toHaveLength(30)
    expect(forget(25)).toBe(15)
    expect(rooms().filter((room) => room.includes('never'))).toHaveLength(0)
    expect(rooms()).not.toContain('online/once-29')
    expect(rooms()).toContain('online/once-0')
  })
})
