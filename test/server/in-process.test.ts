import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LiveEvent } from '../../src/channel/room-events.ts'
import { PublicError } from '../../src/errors.ts'
import { eventually } from '../support/eventually.ts'
import { FIXTURE_WIDGETS, startServer, type TestServer } from '../support/server.ts'
import { chromium, openStream } from '../support/stream-reader.ts'

let own: TestServer
let folder: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'imgcast-in-process-'))
  const draws = 'let draws = 0\nexport default { title: "Drawn", size: { width: 9, height: 9 }, draw(ctx) {'
  writeFileSync(join(folder, 'drawn.mjs'), `${draws}\n  draws += 1; ctx.fillRect(0, 0, draws, 9) } }\n`)
  const kept = `let loads = 0, fails = false
export default { title: 'Kept', size: { width: 9, height: 9 }, params: { broken: { spec: { kind: 'boolean', default: false } } },
  load: { keep: '1h', staleIfError: '1h', async run({ state, params }) {
    loads += 1
    if (params.broken || (await state.get('broken'))) throw new Error('the source is down')
    return { loads }
  } },
  draw(ctx) { ctx.fillRect(0, 0, 9, 9) }, json: ({ data, dataAge }) => ({ ...data, isOld: dataAge > 0 }) }`
  writeFileSync(join(folder, 'kept.mjs'), kept)
  own = await startServer({ store: undefined, widgets: [FIXTURE_WIDGETS, folder] })
})

afterAll(async () => {
  await own.close()
  rmSync(folder, { recursive: true })
})

describe('imgcast.room', () => {
  test('reads and writes what the pictures of a room are drawn from', async () => {
    const room = own.imgcast.room('remembers/a')
    expect(room.name).toBe('remembers/a')
    expect(await room.get('color')).toBeUndefined()
    await room.set('color', 'red')
    expect(await room.update<string>('color', (color) => `dark${color}`)).toBe('darkred')
    expect(await room.push('list', 1)).toBe(1)
    expect(await room.add('sum', 2)).toBe(2)
    const response = await fetch(`${own.url}/remembers/a.json`)
    expect(await response.json()).toMatchObject({ room: 'remembers/a', color: 'darkred' })
    expect([await room.delete('list'), await room.delete('list')]).toEqual([true, false])
  })

  test('has the counts and the history of the room', async () => {
    const room = own.imgcast.room('counter/counted')
    expect(await room.counts()).toEqual({ connections: 0, visitors: 0, peak: 0, hits: 0 })
    await fetch(`${own.url}/counter/counted.png?delivery=still`)
    expect(await room.counts()).toMatchObject({ hits: 1 })
    const history = await room.history({ span: 'hour' })
    expect(history).toMatchObject({ room: 'counter/counted', hits: 1, step: 60_000 })
    expect(history.steps).toHaveLength(60)
  })

  test('refuses, with its name, a value that JSON would lose', async () => {
    const room = own.imgcast.room('remembers/lost')
    for (const [value, found] of [
      [() => 1, 'function'],
      [[new Map()], 'Map'],
      [{ at: Number.NaN }, 'NaN'],
      [1n, 'bigint'],
    ] as const) {
      const error = { message: `Expected \`list\` to be a JSON value, which has no ${found}` }
      await expect(room.set('list', value)).rejects.toMatchObject(error)
      await expect(room.push('list', value)).rejects.toMatchObject(error)
      await expect(room.update('list', () => value as unknown)).rejects.toMatchObject(error)
    }
    await room.set('day', new Date(0))
    expect([await room.get('day'), await room.get('list')]).toEqual(['1970-01-01T00:00:00.000Z', undefined])
  })

  test('refuses what is no room and no event', async () => {
    expect(() => own.imgcast.room('remembers')).toThrow('Expected a room like board/main, got "remembers"')
    expect(() => own.imgcast.room(undefined as never)).toThrow('got undefined')
    await expect(own.imgcast.redraw('remembers')).rejects.toThrow('like board/main')
    await expect(own.imgcast.redraw('remembrs/a')).rejects.toMatchObject({
      ...{ status: 404, message: 'no widget remembrs, did you mean remembers?' },
    })
    const room = own.imgcast.room('remembers/a')
    expect(() => room.on('click' as never, () => {})).toThrow('Expected one of join, leave, state, delete')
    expect(() => room.on('join', undefined as never)).toThrow('Expected a function, got undefined')
  })

  test('refuses a name that is none, a write of no widget, and the server’s own names', async () => {
    expect(() => own.imgcast.room('No Widget/a')).toThrow(PublicError)
    expect(() => own.imgcast.room('remembers/a b')).toThrow(PublicError)
    await expect(own.imgcast.room('rememberz/a').set('color', 'red')).rejects.toThrow(/remembers/)
    await expect(own.imgcast.room('remembers/a').set('$hits', 1)).rejects.toThrow('read-only')
    await expect(own.imgcast.room('remembers/a').get('$hook')).rejects.toThrow(TypeError)
  })
})

test('events report joins, leaves and writes: of all rooms, or of one', async () => {
  const { events } = own.imgcast
  const all: string[] = []
  const mine: string[] = []
  const listen = (type: 'join' | 'leave' | 'state') =>
    events.on(type, ({ room }: LiveEvent) => all.push(`${type} ${room}`))
  for (const type of ['join', 'leave', 'state'] as const) listen(type)
  const stop = own.imgcast.room('counter/b').on('join', ({ visitors }) => mine.push(`join ${visitors}`))
  events.once('join', () => {
    throw new Error('a listener may fail, and the others are called')
  })
  const stream = await openStream(`${own.url}/counter/b.png`, { headers: chromium })
  await eventually(() => expect(mine).toEqual(['join 1']))
  const left = once(events, 'leave')
  stream.close()
  expect(await left).toMatchObject([{ type: 'leave', room: 'counter/b', connections: 0 }])
  await own.imgcast.room('remembers/b').set('color', 'red')
  await eventually(() => expect(all).toEqual(['join counter/b', 'leave counter/b', 'state remembers/b']))
  stop()
  events.removeAllListeners()
})

describe('imgcast.render', () => {
  test('draws a picture of any format, and counts neither a viewer nor a hit', async () => {
    const picture = await own.imgcast.render('/counter/drawn.png?scale=2')
    expect(picture).toMatchObject({ type: 'image/png', width: 40, height: 20 })
    expect(picture.bytes.readUInt32BE(16)).toBe(80)
    expect((await own.imgcast.render('/counter/drawn.jpg')).type).toBe('image/jpeg')
    expect(await own.imgcast.room('counter/drawn').counts()).toMatchObject({ connections: 0, hits: 0 })
  })

  test('returns the data of a `.json`, and the words of a `.txt`', async () => {
    const words = await own.imgcast.render('/counter/drawn.txt')
    expect([words.type, String(words.bytes)]).toEqual([
      'text/plain; charset=utf-8',
      expect.stringContaining('Counter'),
    ])
    const { bytes, type } = await own.imgcast.render('/counter/drawn.json')
    expect([type, JSON.parse(String(bytes))]).toMatchObject(['application/json', { room: 'counter/drawn' }])
  })

  test('rejects with the error that a request would get', async () => {
    await expect(own.imgcast.render('/countr.png')).rejects.toThrow('did you mean counter?')
    await expect(own.imgcast.render('/counter/drawn')).rejects.toThrow('extension')
    await expect(own.imgcast.render('/online.png?width=1')).rejects.toMatchObject({ status: 400 })
    await expect(own.imgcast.render('/parses.png?red=900')).rejects.toThrow('at most 255')
    await expect(own.imgcast.render('/throws.png')).rejects.toMatchObject({ status: 500 })
  })
})

test('redraw draws open pictures again, though nothing that the server knows of has changed', async () => {
  const stream = await openStream(`${own.url}/drawn/a.png`, { headers: chromium })
  await stream.nextPart()
  for (const room of ['drawn/a', undefined]) {
    const next = stream.nextPart()
    await own.imgcast.redraw(room)
    await next
  }
  stream.close()
})

test('data that is kept is loaded once for all looks, again after a change of what it has read, and survives a failure', async () => {
  const loads = async () => JSON.parse(String((await own.imgcast.render('/kept.json')).bytes)) as object
  expect(await loads()).toMatchObject({ loads: 1 })
  for (const look of ['kept.png?scale=2', 'kept.jpg', 'kept.gif', 'kept.svg'])
    await own.imgcast.render(`/${look}`)
  expect(await loads()).toMatchObject({ loads: 1 })
  await own.imgcast.redraw('kept/main')
  expect(await loads()).toMatchObject({ loads: 2 })
  await own.imgcast.room('kept/main').set('broken', true)
  expect(await loads()).toMatchObject({ loads: 2, isOld: true })
  await own.imgcast.room('kept/main').set('broken', false)
  expect(await loads()).toMatchObject({ loads: 4 })
  await expect(own.imgcast.render('/kept.png?broken=yes')).rejects.toMatchObject({ status: 500 })
})

test('widgets lists every widget by name, with its parameters', () => {
  const { widgets } = own.imgcast
  expect(widgets.map(({ name }) => name)).toContain('online')
  expect(widgets.find(({ name }) => name === 'ticker')).toEqual({
    ...{
      name: 'ticker',
      title: 'Another picture every 50 ms',
      about: '',
      width: 40,
      height: 20,
      key: 'main',
    },
    ...{ isBuiltIn: false, params: { every: { kind: 'duration', default: 50, min: 20, max: 60_000 } } },
  })
})

test('without a store, nothing is kept on disk', () => {
  expect(existsSync('imgcast.db')).toBe(false)
})
