import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { deliverEvent } from '../../src/render/host/room-job.ts'
import type { AskState } from '../../src/render/host/room-state.ts'
import type { StateRequest } from '../../src/render/protocol.ts'
import { parseLook } from '../../src/widget/look.ts'
import { toManifest } from '../../src/widget/manifest.ts'
import { changeState } from '../../src/widget/state-change.ts'
import type { Click, Size, Widget } from '../../src/widget/widget.ts'
import { type Name, readData, widgets } from './sheets.ts'

/** The state of a room, as a server keeps it. */
const kept = new Map<string, unknown>()
const ask = (async (request: StateRequest) => {
  if (!('name' in request)) throw new Error(`unexpected ${request.operation}`)
  const current = kept.get(request.name)
  if (request.operation === 'get') return current
  const { value, result } = changeState(request.name, current, request)
  if (value === undefined) kept.delete(request.name)
  else kept.set(request.name, JSON.parse(JSON.stringify(value)))
  return result
}) as AskState

interface Sent extends Partial<Click> {
  query?: string
  shown?: Size
  /** Milliseconds by which the clock that all servers share is ahead of this server's own. */
  ahead?: number
}

/** A click of a reader of the room. */
async function click(
  name: Name,
  reader: string,
  { query = '', shown, ahead = 0, ...more }: Sent,
): Promise<void> {
  const widget = widgets[name] as unknown as Widget
  const manifest = toManifest(name, '', widget)
  const fields = Object.fromEntries(
    Object.entries(manifest.fields).map(([field, spec]) => [field, spec.default]),
  )
  const visitor = reader.padEnd(22, reader)
  const event = {
    ...{ type: 'click' as const, shown },
    click: {
      x: undefined,
      y: undefined,
      action: '',
      ...more,
      visitor,
      fields: { ...fields, ...more.fields },
    },
  }
  const look = parseLook(manifest, 'png', new URLSearchParams(query))
  const facts = { key: 'main', connections: 2, visitors: 2, peak: 2, time: Date.now() + ahead }
  const job = { ...facts, output: 'event' as const, widget: name, look, event }
  await deliverEvent({ widget, manifest }, job, ask)
}

beforeEach(() => {
  kept.clear()
  vi.useFakeTimers({ now: Date.now() + 1000, toFake: ['Date'] })
})

afterEach(() => {
  vi.useRealTimers()
})

describe('tic-tac-toe', () => {
  const board = () => (kept.get('game') as { squares: string } | undefined)?.squares
  let refusals: string[] = []
  const play = async (...moves: [reader: string, square: number | string][]) => {
    refusals = []
    for (const [reader, square] of moves) {
      const move = click('tictactoe', reader, { action: String(square) })
      await move.catch(({ message, status }) => refusals.push(`${status} ${message}`))
    }
    return board()
  }
  const won = [
    ['a', 1],
    ['b', 2],
    ['a', 5],
    ['b', 3],
    ['a', 9],
  ] as [string, number][]

  test('gives the seats to the first two readers, and takes no move out of turn or of others', async () => {
    expect(await play(['a', 5], ['a', 1], ['b', 5], ['b', 1], ['c', 2], ['b', 3])).toBe('O   X    ')
    expect(refusals).toEqual([
      '409 It is the turn of O: wait for the other player',
      '409 That square is taken: choose an empty one',
      '409 Two others play this game: the next one starts when it is over',
      '409 It is the turn of X: wait for the other player',
    ])
    expect(await play(['a', 2], ['c', 8])).toBe('OX  X    ')
    expect(refusals).toEqual(['409 Two others play this game: the next one starts when it is over'])
  })

  test('refuses no click beside the squares, and not the other half of a double click', async () => {
    expect(await play(['a', 5], ['a', 5], ['b', 'x'], ['b', ''])).toBe('    X    ')
    await click('tictactoe', 'b', { x: 0, y: 0 })
    expect(refusals).toEqual([])
  })

  test('ends with a line, and a click of anybody starts again', async () => {
    expect(await play(...won)).toBe('XOO X   X')
    expect(readData('tictactoe', { data: kept.get('game') })).toEqual({
      ...{ room: 'tictactoe/main', turn: null, winner: 'X', line: [0, 4, 8], seats: { X: true, O: true } },
      board: ['X', 'O', 'O', null, 'X', null, null, null, 'X'],
    })
    expect(await play(['c', 4])).toBe('         ')
    expect(await play(['c', 4])).toBe('   X     ')
  })

  test('is not cleared by the second half of a double click', async () => {
    await play(...won)
    expect(await play(['a', 9])).toBe('XOO X   X')
    vi.setSystemTime(Date.now() + 600)
    expect(await play(['a', 9])).toBe('         ')
  })

  test('frees the seat of a player who does not move for a minute', async () => {
    await play(['a', 5], ['b', 1])
    vi.setSystemTime(Date.now() + 59_000)
    expect(await play(['c', 9])).toBe('O   X    ')
    vi.setSystemTime(Date.now() + 2000)
    expect(await play(['c', 9])).toBe('O   X   X')
    vi.setSystemTime(Date.now() + 61_000)
    // The one who waits for nobody.
    expect(await play(['c', 7])).toBe('         ')
  })

  test.each([
    ['one seat is taken', 0, 'X    O   ', {}, 'Click a square to play X'],
    ['both seats are taken', 0, 'X        ', { X: 'a', O: 'b' }, 'O to move – others watch'],
    [
      'a player does not move for a minute',
      -60_000,
      'X        ',
      { X: 'a', O: 'b' },
      'Click a square to play O',
    ],
    ['the server was restarted', -600_000, 'XO       ', { X: 'a', O: 'b' }, 'Click a square to play X'],
    ['the game is over', -600_000, 'XXXOO    ', { X: 'a', O: 'b' }, 'X wins – click to play again'],
  ])('says who can click when %s', async (_when, ago, squares, seats, words) => {
    const game = { squares, seats, moved: Date.now() + ago }
    const { load, alt } = widgets.tictactoe as unknown as Widget
    if (typeof load !== 'function') throw new Error('expected a function')
    const data = await load({ state: { get: async () => game }, time: Date.now() } as never)
    expect(alt?.({ data } as never)).toContain(words)
  })

  test("keeps the seats where the clock that all servers share is behind this server's own", async () => {
    const ahead = -300_000
    for (const [reader, action] of [
      ['a', '5'],
      ['b', '1'],
      ['c', '9'],
    ] as const)
      await click('tictactoe', reader, { action, ahead }).catch((error) => expect(error.status).toBe(409))
    expect(board()).toBe('O   X    ')
  })

  test('goes on after a restart, in which readers get other names', async () => {
    kept.set('game', { squares: 'O   X    ', seats: { X: 'before', O: 'earlier' }, moved: Date.now() - 5000 })
    expect(await play(['x', 9], ['x', 8], ['y', 2])).toBe('OO  X   X')
  })

  test.each<[string, Sent, number | undefined]>([
    ['the default size', { x: 120, y: 120 }, 4],
    ['its corner', { x: 30, y: 30 }, 0],
    ['another size', { query: 'width=480&height=568', x: 400, y: 400 }, 8],
    ['any scale', { query: 'scale=3', x: 210, y: 200 }, 8],
    ['half the size', { shown: { width: 120, height: 142 }, x: 105, y: 100 }, 8],
    ['the keyboard, which points at the corner of the picture', { x: 0, y: 0 }, undefined],
  ])('takes a click in %s for the right square', async (_at, sent, square) => {
    await click('tictactoe', 'a', sent)
    const marks = [...'         '].map((mark, index) => (index === square ? 'X' : mark)).join('')
    expect(board()).toBe(marks)
  })
})

describe('a poll', () => {
  const query = 'question=Tea?&options=yes,no'
  const votes = (more = query) => {
    const params = Object.fromEntries(new URLSearchParams(more))
    const facts = { ...{ room: '', key: '', data: kept.get('polls') ?? {} }, params }
    const shown = widgets.poll.json?.(facts as never) as { options: { votes: number }[] } | undefined
    return shown?.options.map((option) => option.votes)
  }

  test('counts one vote a reader and day, which moves with the next click', async () => {
    await click('poll', 'a', { query, action: '1' })
    await click('poll', 'a', { query, action: '1' })
    await click('poll', 'b', { query, action: '1' })
    expect(votes()).toEqual([2, 0])
    await click('poll', 'b', { query, action: '2' })
    expect(votes()).toEqual([1, 1])
    vi.setSystemTime(Date.now() + 86_400_000)
    await click('poll', 'a', { query, action: '1' })
    expect(votes()).toEqual([2, 1])
  })

  test('takes a click on a row for its option, and any other click for none', async () => {
    for (const y of [80, 110, 5, 190]) await click('poll', `r${y}`, { query, x: 100, y })
    for (const action of ['0', '3', 'x', '']) await click('poll', 'l', { query, action })
    expect(votes()).toEqual([1, 1])
  })

  test.each([
    ['width=160&height=60', 'the smallest picture'],
    ['width=360&height=60', 'a flat one'],
    ['width=160&height=300', 'a narrow one'],
    ['width=360&height=196', 'the default size'],
    ['width=800&height=800', 'the largest'],
  ])('of eight answers has a place of its own to click for each in %s, %s', async (size) => {
    const eight = `question=Tea?&options=a,b,c,d,e,f,g,h&${size}`
    const [width = 0, height = 0] = (size.match(/\d+/g) ?? []).map(Number)
    const reached: number[] = []
    for (let y = 2; y < height; y += 4)
      for (let x = 8; x < width; x += 31) {
        kept.clear()
        await click('poll', 'a', { query: eight, x, y })
        reached.push((votes(eight) ?? []).indexOf(1))
      }
    expect([...new Set(reached)].filter((option) => option >= 0).toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
  })

  test.each([
    ['one answer', 'yes', 1],
    ['the same answer twice', 'yes,, yes ', 1],
    ['nine answers', 'a,b,c,d,e,f,g,h,i', 9],
  ])('of %s is an error for pictures and for votes', async (_of, options, count) => {
    const error = `options: expected 2 to 8 answers, separated by commas, got ${count}`
    expect(() => votes(`options=${options}`)).toThrow(error)
    await expect(click('poll', 'a', { query: `options=${options}`, action: '1' })).rejects.toThrow(error)
    expect(kept.get('polls')).toBeUndefined()
  })

  test('is another one with other words, of which a room remembers the 50 with the most votes', async () => {
    for (const reader of ['a', 'b']) await click('poll', reader, { query, action: '1' })
    for (let turn = 0; turn < 60; turn += 1)
      await click('poll', 'c', { query: `options=${turn},other`, action: '1' })
    expect(votes()).toEqual([2, 0])
    expect(Object.keys(kept.get('polls') as object)).toHaveLength(50)
    expect(JSON.stringify(kept.get('polls')).length).toBeLessThan(65_536)
  })

  test('refuses votes before its memory of a day is full', async () => {
    const day = Math.floor(Date.now() / 86_400_000)
    const names = Array.from({ length: 2500 }, (_, index) => [String(index).padStart(18, 'x'), 7])
    kept.set('voters.a', { day, votes: Object.fromEntries(names) })
    expect(JSON.stringify(kept.get('voters.a')).length).toBeLessThan(65_536)
    await expect(click('poll', 'a', { query, action: '1' })).rejects.toThrow('Too many people')
    await click('poll', 'b', { query, action: '1' })
    expect(votes()).toEqual([1, 0])
  })
})

describe('a guestbook', () => {
  const sign = (reader: string, text: string, name = '') =>
    click('guestbook', reader, { fields: { text, name } })
  type Entry = { name: string; text: string; hearts: string[] }
  const entries = () => (kept.get('entries') ?? []) as Entry[]

  test('shows the newest entry first, and each once', async () => {
    await sign('a', 'hello', 'Ada')
    await sign('a', 'hello', 'Ada')
    await sign('b', 'me too')
    await expect(sign('c', '   ')).rejects.toThrow('Write a line first')
    expect(entries().map(({ name, text }) => [name, text])).toEqual([
      ['', 'me too'],
      ['Ada', 'hello'],
    ])
    expect(kept.get('signed')).toBe(2)
    expect(readData('guestbook', { data: { entries: entries(), signed: 2 } })).toMatchObject({
      ...{ room: 'guestbook/main', signed: 2 },
      entries: [{ name: '', text: 'me too', hearts: 0 }, { name: 'Ada' }],
    })
  })

  test.each([
    ['a\u0000b\u001bc\nd', 'a b c d'],
    ['\u202eright to left\u2066', 'right to left'],
    ['e\u0301\u0301\u0301\u0301\u0301', '\u00e9\u0301\u0301'],
    ['\u200bhidden\ufeff', 'hidden'],
    ['two  spaces\u2028', 'two spaces'],
    ['family \u{1f468}\u200d\u{1f469}', 'family \u{1f468}\u200d\u{1f469}'],
  ])('keeps %j as %j', async (text, plain) => {
    await sign('a', text)
    expect(entries()[0]?.text).toBe(plain)
  })

  test('takes one entry a minute of a reader, and six of all', async () => {
    await sign('a', 'one')
    await expect(sign('a', 'two')).rejects.toThrow('One entry a minute')
    for (const reader of ['b', 'c', 'd', 'e', 'f']) await sign(reader, 'hi')
    await expect(sign('g', 'hi')).rejects.toThrow('Many people')
    vi.setSystemTime(Date.now() + 60_000)
    await sign('a', 'two')
    expect(kept.get('signed')).toBe(7)
  })

  test('gives an entry a heart for a click, and takes it back for the next', async () => {
    await sign('a', 'above')
    await sign('b', 'below')
    await click('guestbook', 'c', { x: 100, y: 70 })
    await click('guestbook', 'a', { x: 100, y: 120 })
    await click('guestbook', 'a', { x: 100, y: 299 })
    const hearts = () => entries().map((entry) => entry.hearts.length)
    expect(hearts()).toEqual([1, 1])
    await click('guestbook', 'c', { x: 100, y: 70 })
    expect(hearts()).toEqual([0, 1])
  })

  test('has room for the longest entries', async () => {
    for (let turn = 0; turn < 50; turn += 1) {
      await sign(`${turn}-`, '漢'.repeat(140), '漢'.repeat(24))
      vi.setSystemTime(Date.now() + 30_000)
    }
    const full = entries().map((entry) => ({ ...entry, hearts: Array(50).fill('12345678') }))
    expect(full).toHaveLength(40)
    expect(Buffer.byteLength(JSON.stringify(full))).toBeLessThan(65_536)
  })
})
