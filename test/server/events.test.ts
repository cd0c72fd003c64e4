import { connect, type Socket } from 'node:net'
import express from 'express'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { RoomEvents } from '../../src/channel/room-events.ts'
import { MemoryBus } from '../../src/cluster/memory-bus.ts'
import { MemoryPresence } from '../../src/cluster/memory-presence.ts'
import { createEventsApi } from '../../src/http/api/events-api.ts'
import { type EventReader, readEvents } from '../support/event-reader.ts'
import { eventually } from '../support/eventually.ts'
import { memoryHistory } from '../support/memory-history.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { openStream, type RawStream } from '../support/stream-reader.ts'

const TOKEN = 'a-token-of-the-tests'
const AUTHORIZATION = { Authorization: `Bearer ${TOKEN}` }

let server: TestServer
const readers: EventReader[] = []
const streams: RawStream[] = []

beforeAll(async () => {
  server = await startServer({ widgets: [], token: TOKEN })
})

afterEach(() => {
  for (const reader of readers.splice(0)) reader.close()
  for (const stream of streams.splice(0)) stream.close()
})

afterAll(() => server.close())

async function follow(search = '', headers: Record<string, string> = {}): Promise<EventReader> {
  const reader = await readEvents(`${server.url}/api/events${search}`, { ...AUTHORIZATION, ...headers })
  readers.push(reader)
  return reader
}

async function watch(room: string): Promise<RawStream> {
  const stream = await openStream(`${server.url}/${room}.png`)
  streams.push(stream)
  await stream.nextPart()
  return stream
}

const remember = (room: string, name: string, value: unknown) =>
  fetch(`${server.url}/api/rooms/${room}/state/${name}`, {
    method: 'PUT',
    headers: AUTHORIZATION,
    body: JSON.stringify(value),
  })

const told = ({ events }: EventReader) =>
  events.map(({ event, data = '{}' }) => {
    const { room, connections, visitors, peak } = JSON.parse(data)
    return [event, room, connections, visitors, peak]
  })

describe('events', () => {
  test('report joins, leaves and changes, with the counts after them', async () => {
    const reader = await follow('?room=online/told')
    const first = await watch('online/told')
    await watch('online/told')
    await reader.arrived(2)
    await remember('online/told', 'color', 'red')
    await reader.arrived(3)
    first.close()
    await reader.arrived(4)
    expect(told(reader)).toEqual([
      ['join', 'online/told', 1, 1, 1],
      ['join', 'online/told', 2, 1, 1],
      ['state', 'online/told', 2, 1, 1],
      ['leave', 'online/told', 1, 1, 1],
    ])
    expect(JSON.parse(reader.events[3]?.data ?? '{}').reason).toBe('left')
    expect(JSON.parse(reader.events[0]?.data ?? '{}').time).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/)
    expect(reader.comments[0]).toBe('connected')
  })

  test('tell that a room was deleted, which nobody can be while it is watched', async () => {
    const reader = await follow('?room=online/gone')
    const stream = await watch('online/gone')
    const remove = () =>
      fetch(`${server.url}/api/rooms/online/gone`, { method: 'DELETE', headers: AUTHORIZATION })
    expect((await remove()).status).toBe(409)
    stream.close()
    await reader.arrived(2)
    expect((await remove()).status).toBe(204)
    await reader.arrived(3)
    expect(told(reader)).toEqual([
      ['join', 'online/gone', 1, 1, 1],
      ['leave', 'online/gone', 0, 0, 1],
      ['delete', 'online/gone', 0, 0, 0],
    ])
  })

  test('are limited to the requested rooms and widgets', async () => {
    const readings = [
      await follow('?room=online/a&room=sine/a'),
      await follow('?widget=online'),
      await follow('?widget=online&room=sine/b'),
      await follow(),
    ]
    for (const room of ['online/a', 'online/b', 'sine/a', 'sine/b']) await remember(room, 'x', 1)
    await readings[3]?.arrived(4)
    await readings[2]?.arrived(3)
    await readings[1]?.arrived(2)
    await readings[0]?.arrived(2)
    const rooms = readings.map((reader) => told(reader).map(([, room]) => room))
    expect(rooms[0]).toEqual(['online/a', 'sine/a'])
    expect(rooms[1]).toEqual(['online/a', 'online/b'])
    expect(rooms[2]).toEqual(['online/a', 'online/b', 'sine/b'])
    expect(rooms[3]?.filter((room) => /^(online|sine)\/[ab]$/.test(room))).toHaveLength(4)
  })

  test('that were missed come first, after the last received one', async () => {
    const before = await follow('?widget=online')
    await remember('online/missed', 'x', 1)
    await before.arrived(1)
    before.close()
    await remember('online/missed', 'x', 2)
    await remember('sine/missed', 'x', 2)
    await remember('online/missed', 'x', 3)
    const after = await follow('?widget=online', { 'Last-Event-ID': before.events[0]?.id ?? '' })
    await remember('online/missed', 'x', 4)
    await after.arrived(3)
    expect(told(after).map(([event, room]) => [event, room])).toEqual(
      Array.from({ length: 3 }, () => ['state', 'online/missed']),
    )
    const ids = after.events.map(({ id }) => Number(id?.split('-')[1]))
    expect(ids).toEqual([...ids].sort((one, other) => one - other))
  })

  test('that happened after a client connected can be resumed even if it received none', async () => {
    const before = await follow('?room=online/early')
    await eventually(() => expect(before.lastId()).toMatch(/^[0-9a-f]{8}-\d+$/))
    before.close()
    await remember('online/early', 'x', 1)
    const after = await follow('?room=online/early', { 'Last-Event-ID': before.lastId() ?? '' })
    await after.arrived(1)
    expect(after.events[0]?.event).toBe('state')
  })

  test('that are no longer kept are reported as a gap', async () => {
    const reader = await follow('', { 'Last-Event-ID': 'ffffffff-12' })
    await reader.arrived(1)
    expect(reader.events[0]).toMatchObject({ event: 'gap', data: '{"since":"ffffffff-12"}' })
    const again = await follow('', { 'Last-Event-ID': reader.events[0]?.id ?? '' })
    await remember('online/gap', 'x', 1)
    await again.arrived(1)
    expect(again.events[0]?.event).toBe('state')
  })

  test('are not sent to HEAD, which ends at once', async () => {
    const response = await fetch(`${server.url}/api/events`, { method: 'HEAD', headers: AUTHORIZATION })
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    expect(await response.text()).toBe('')
  })

  test('end cleanly when the server stops', async () => {
    const stopping = await startServer({ widgets: [], token: TOKEN })
    const reader = await readEvents(`${stopping.url}/api/events`, AUTHORIZATION)
    await stopping.imgcast.close()
    await eventually(() => expect(reader.isOver()).toBe(true))
    await stopping.close()
  })

  test.each(['room=online', 'room=online/a/b', 'widget=On%20line'])('are refused for ?%s', async (search) => {
    await expect(follow(`?${search}`)).rejects.toThrow('answers 400')
  })
})

describe('a consumer that does not read', () => {
  test('is dropped before much waits for it, and others miss nothing', async () => {
    const bus = new MemoryBus()
    const events = new RoomEvents(new MemoryPresence(bus, memoryHistory()), bus)
    const app = express().use(createEventsApi({ manifests: new Map() }, events))
    const own = app.listen(0, '127.0.0.1')
    await new Promise((resolve) => own.once('listening', resolve))
    const { port } = own.address() as { port: number }
    let dropped = false
    let backlog = 0
    const peers: Socket[] = []
    own.on('connection', (socket) => {
      peers.push(socket)
      socket.once('close', () => {
        dropped ||= socket === peers[0]
      })
    })
    const stuck = connect(port, '127.0.0.1')
    stuck.on('error', () => {})
    stuck.write('GET /events HTTP/1.1\r\nHost: x\r\n\r\n')
    await new Promise((resolve) => stuck.once('data', resolve))
    stuck.pause()
    const reader = await readEvents(`http://127.0.0.1:${port}/events`, {})
    let published = 0
    while (!dropped && published < 400_000) {
      for (let turn = 0; turn < 500; turn += 1) bus.publish(`online/${'k'.repeat(60)}`, 'state')
      published += 500
      // Two turns of the event loop, so that every reader has read.
      await new Promise((resolve) => setTimeout(resolve, 1))
      await reader.arrived(published)
      backlog = Math.max(backlog, peers[0]?.writableLength ?? 0)
    }
    expect(dropped).toBe(true)
    // A mebibyte, and the one message that was too much.
    expect(backlog).toBeLessThan(1_048_576 + 100_000)
    bus.publish('online/last', 'state')
    await reader.arrived(published + 1)
    expect(reader.isOver()).toBe(false)
    reader.close()
    stuck.destroy()
    own.close()
    own.closeAllConnections()
  }, 120_000)
})
