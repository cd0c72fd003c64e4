import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Driver } from '../../src/cluster/driver.ts'
import { memoryDriver } from '../../src/cluster/memory-driver.ts'
import { Hooks } from '../../src/hooks/hooks.ts'
import type { ImgcastOptions } from '../../src/imgcast/imgcast-interface.ts'
import { createImgcast } from '../../src/imgcast.ts'
import { FolderWatch } from '../../src/render/folder-watch.ts'
import { Renderer } from '../../src/render/renderer.ts'
import { Polls } from '../../src/status/polls.ts'
import { eventually } from '../support/eventually.ts'
import { FIXTURE_WIDGETS, startServer } from '../support/server.ts'
import { openStream } from '../support/stream-reader.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imgcast-lifecycle-'))
})
afterEach(async () => {
  vi.restoreAllMocks()
  await rm(folder, { recursive: true, force: true })
})

const start = (options: ImgcastOptions = {}) =>
  createImgcast({
    store: `file:${join(folder, 'imgcast.db')}`,
    widgets: FIXTURE_WIDGETS,
    workers: 1,
    logLevel: 'silent',
    ...options,
  })

/** The process ids of this process's children, by the kernel (proc(5)). */
function children(): string[] {
  return readdirSync('/proc/self/task')
    .flatMap((task) => readFileSync(`/proc/self/task/${task}/children`, 'utf8').split(' '))
    .filter(Boolean)
    .sort()
}

const late = async () => {
  throw new Error('too late')
}

/** Makes one stage of the start fail. */
const STAGES: [stage: string, fail: () => void][] = [
  ['watching the folders', () => vi.spyOn(FolderWatch, 'start').mockImplementation(late)],
  ['starting render processes', () => vi.spyOn(Renderer, 'start').mockImplementation(late)],
  ['reading polls', () => vi.spyOn(Polls.prototype, 'load').mockImplementation(late)],
  ['reading webhooks', () => vi.spyOn(Hooks.prototype, 'load').mockImplementation(late)],
  [
    'wiring the last part',
    () =>
      vi.spyOn(FolderWatch.prototype, 'onChange').mockImplementation(() => {
        throw new Error('too late')
      }),
  ],
]

describe('a start that fails', () => {
  test.each(STAGES)('while %s leaves no process, no lock and no timer behind', async (_stage, fail) => {
    const before = children()
    fail()
    await expect(start()).rejects.toThrow('too late')
    vi.restoreAllMocks()
    await eventually(() => expect(children()).toEqual(before))
    const imgcast = await start()
    await imgcast.close()
    await eventually(() => expect(children()).toEqual(before))
  })
})

test('a server that could not save rejects its close, and has closed everything else', async () => {
  const before = children()
  const imgcast = await start()
  const closeRenderer = Renderer.prototype.close
  vi.spyOn(Renderer.prototype, 'close').mockImplementationOnce(async function (this: Renderer) {
    await closeRenderer.call(this)
    throw new Error('not saved')
  })
  await expect(imgcast.close()).rejects.toThrow('not saved')
  // The store is closed all the same: another server can have the file.
  await (await start()).close()
  await eventually(() => expect(children()).toEqual(before))
})

test('a stop saves before it waits for the last events, and closes the store before the processes end', async () => {
  const steps: string[] = []
  const driver: Driver = {
    ...memoryDriver,
    open: async (location, init) => {
      const parts = await memoryDriver.open(location, init)
      const add = parts.store.add.bind(parts.store)
      vi.spyOn(parts.store, 'add').mockImplementation((room, name, ...rest) => {
        if (name === 'left') steps.push('onLeave')
        return add(room, name, ...rest)
      })
      const leave = vi.spyOn(parts.history, 'note')
      return {
        ...parts,
        save: async () => void steps.push(`save, ${leave.mock.lastCall?.[1].connections} connections`),
        close: async () => {
          steps.push(`close, ${server.imgcast.stats().renderers.length} processes`)
          await parts.close()
        },
      }
    },
  }
  const server = await startServer({ store: driver })
  const stream = await openStream(`${server.url}/hears/a.png?v=1`)
  await stream.nextPart()
  await server.close()
  expect(steps).toEqual(['save, 0 connections', 'onLeave', 'close, 1 processes'])
  expect(server.imgcast.stats().renderers).toEqual([])
})

test('a store that cannot save is asked once, and rejects the stop after all else is closed', async () => {
  const close = vi.fn(() => Promise.reject(new Error('the disk is full')))
  const driver: Driver = {
    ...memoryDriver,
    open: async (location, init) => {
      const parts = await memoryDriver.open(location, init)
      return { ...parts, close: () => parts.close().then(close) }
    },
  }
  const imgcast = await start({ store: driver })
  await expect(imgcast.close()).rejects.toThrow('the disk is full')
  expect(close).toHaveBeenCalledTimes(1)
  expect(imgcast.stats().renderers).toEqual([])
})

test('a server that was closed refuses every request but that for its health, and says when to try again', async () => {
  const server = await startServer({ token: 'a-token-of-a-closed-server' })
  const room = server.imgcast.room('online/a')
  const http = createServer(server.imgcast.handler).listen(0)
  const base = `http://localhost:${(http.address() as AddressInfo).port}`
  await server.close()
  const headers = { Authorization: 'Bearer a-token-of-a-closed-server', 'Content-Type': 'application/json' }
  for (const [method, path] of [
    ...[
      '/online/a.png',
      '/online/a.json',
      '/online/a.txt',
      '/api/rooms',
      '/api/rooms/online/a',
      '/api/status/x',
    ]
      .concat('/api/series', '/api/events', '/dashboard', '/readyz', '/badge/a-b-red.svg')
      .concat(
        '/',
        '/metrics',
        '/online/a',
        '/assets/icon.svg',
        '/live-img.js',
        '/oembed?url=x',
        '/nothing/at/all',
      )
      .map((each) => ['GET', each]),
    ...[
      '/api/status/x',
      '/api/series/x',
      '/api/rooms/online/a/state/x',
      '/api/pictures/x',
      '/api/cameras/x',
    ].map((each) => ['PUT', each]),
    ['POST', '/tictactoe/a/click?x=1&y=1'],
    ['DELETE', '/api/rooms/online/a'],
  ] as [string, string][]) {
    const response = await fetch(base + path, { method, headers, ...(method === 'PUT' && { body: '{}' }) })
    await response.arrayBuffer()
    const answer = [method, path, response.status, response.headers.get('retry-after')]
    expect(answer).toEqual([method, path, 503, '5'])
  }
  expect((await fetch(`${base}/healthz`)).status).toBe(200)
  const stopped = { status: 503, message: 'the server is stopping' }
  for (const call of [room.get('x'), room.set('x', 1), room.counts(), server.imgcast.render('/online.png')])
    await expect(call).rejects.toMatchObject(stopped)
  http.close()
})
