import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { MemoryBus } from '../../src/cluster/memory-bus.ts'
import { MemoryStore } from '../../src/cluster/memory-store.ts'
import { Deliveries, hookRoom } from '../../src/hooks/deliveries.ts'
import type { Hook } from '../../src/hooks/hook.ts'
import { OutgoingClient } from '../../src/system/outgoing.ts'
import { eventually } from '../support/eventually.ts'

let receiver: Server
let url: string
let received: string[] = []
const opened: Deliveries[] = []

beforeAll(async () => {
  receiver = createServer((request, response) => {
    received.push(String(request.headers['webhook-id']))
    request.resume()
    answer(request.url ?? '', response)
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => receiver.once('listening', resolve))
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`
})
afterEach(() => {
  for (const deliveries of opened.splice(0)) deliveries.close()
  received = []
  lines = []
})
afterAll(() => {
  receiver.close()
  receiver.closeAllConnections()
})

function answer(path: string, response: ServerResponse): void {
  if (path === '/hangs') return
  if (path === '/busy') response.writeHead(503, { 'Retry-After': '3600' }).end()
  else if (path === '/endless') response.writeHead(200).write('x'.repeat(100_000))
  else if (path === '/lies') response.writeHead(200, { 'Content-Encoding': 'gzip, gzip' }).end('not gzip')
  else response.writeHead(path === '/well' ? 200 : 500).end()
}

const store = new MemoryStore(new MemoryBus())
const client = new OutgoingClient({ allowPrivateTargets: true })
/** The lines that were logged. */
let lines: { level: number; msg: string }[] = []
const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(JSON.parse(line)) })

function open(pauses: number[]): Deliveries {
  const deliveries = new Deliveries({ store, client, log, pauses })
  opened.push(deliveries)
  return deliveries
}

function makeHook(id: string, path: string): Hook {
  const secret = `whsec_${Buffer.alloc(32).toString('base64')}`
  return {
    id,
    url: url + path,
    when: 'hits(a/b) > 1',
    for: '0ms',
    cooldown: '0ms',
    secret,
    created: 0,
    hasFired: true,
  }
}

describe('a delivery', () => {
  test('fails after the last attempt, and no attempt is made before its pause has ended', async () => {
    const deliveries = open([50, 100])
    const hook = makeHook('fails', '/')
    await deliveries.send(hook, { a: 1 })
    await eventually(() => expect(deliveries.log('fails')[0]?.state).toBe('failed'))
    const attempts = deliveries.log('fails')[0]?.attempts ?? []
    expect(attempts.map(({ status }) => status)).toEqual([500, 500, 500])
    const [first = 0, second = 0, third = 0] = attempts.map(({ at }) => at)
    // Timers may be a millisecond early.
    expect(second - first).toBeGreaterThanOrEqual(48)
    expect(third - second).toBeGreaterThanOrEqual(98)
    expect(received).toHaveLength(3)
    expect(await store.get(hookRoom('fails'), '$log')).toEqual(deliveries.log('fails'))
  })

  test('continues after a restart, under the same id', async () => {
    const first = open([600_000])
    const hook = makeHook('kept', '/')
    const { id } = await first.send(hook, { a: 1 })
    await eventually(() => expect(first.log('kept')[0]?.attempts).toHaveLength(1))
    first.close()
    const [log] = (await store.get(hookRoom('kept'), '$log')) as object[]
    await store.set(hookRoom('kept'), '$log', [{ ...log, next: Date.now() }])
    const second = open([600_000])
    await second.load({ ...hook, url: `${url}/well` })
    await eventually(() => expect(second.log('kept')[0]?.state).toBe('delivered'))
    expect(received).toEqual([id, id])
  })

  test('is one of the last twenty that are remembered, and older ones are tried no more', async () => {
    const deliveries = open([600_000])
    const hook = makeHook('many', '/')
    const ids: string[] = []
    for (let turn = 0; turn < 25; turn += 1) ids.unshift((await deliveries.send(hook, { turn })).id)
    expect(deliveries.log('many').map(({ id }) => id)).toEqual(ids.slice(0, 20))
    await eventually(() => {
      expect(deliveries.log('many').every(({ attempts }) => attempts.length === 1)).toBe(true)
    })
    const json = JSON.stringify(await store.get(hookRoom('many'), '$log'))
    expect(JSON.parse(json)).toHaveLength(20)
  })

  test('of a hook that is deleted is forgotten', async () => {
    const deliveries = open([600_000])
    const hook = makeHook('gone', '/')
    await deliveries.send(hook, { a: 1 })
    await deliveries.delete('gone')
    expect(deliveries.log('gone')).toEqual([])
    expect(await store.get(hookRoom('gone'), '$log')).toBeUndefined()
  })

  test.each(['/endless', '/lies'])('is completed by 2xx with any body (%s)', async (path) => {
    const deliveries = open([600_000])
    await deliveries.send(makeHook('body', path), { a: 1 })
    await eventually(() =>
      expect(deliveries.log('body')[0]).toMatchObject({ state: 'delivered', next: null }),
    )
  })

  test('waits for the time in Retry-After, if that is longer than its pause', async () => {
    const deliveries = open([50, 50])
    const from = Date.now()
    await deliveries.send(makeHook('busy', '/busy'), { a: 1 })
    await eventually(() => expect(deliveries.log('busy')[0]?.attempts).toHaveLength(1))
    expect(deliveries.log('busy')[0]?.next).toBeGreaterThanOrEqual(from + 3_600_000)
  })

  test('to hanging receivers does not delay the others', async () => {
    const deliveries = open([600_000])
    for (let index = 0; index < 40; index += 1)
      await deliveries.send(makeHook(`hangs${index}`, '/hangs'), { a: 1 })
    await deliveries.send(makeHook('good', '/well'), { a: 1 })
    await eventually(() => expect(deliveries.log('good')[0]?.state).toBe('delivered'), { timeout: 8_000 })
    expect(deliveries.log('hangs0')[0]?.attempts).toEqual([])
  })

  test('that fails again and again is one warning', async () => {
    const deliveries = open([10, 10, 10])
    await deliveries.send(makeHook('outage', '/'), { a: 1 })
    await eventually(() => expect(deliveries.log('outage')[0]?.state).toBe('failed'))
    expect(lines.map(({ msg }) => msg)).toEqual(['webhook delivery failed'])
  })

  test('that is damaged in the store is dropped, and the others are resumed', async () => {
    const good = { id: 'msg_good', state: 'pending', body: '{}', attempts: [], next: 0 }
    await store.set(hookRoom('damaged'), '$log', [{ ...good, body: 5 }, null, { ...good, body: '{' }, good])
    const deliveries = open([600_000])
    await deliveries.load(makeHook('damaged', '/well'))
    await eventually(() => expect(received).toEqual(['msg_good']))
    expect(lines).toMatchObject([{ damaged: 3 }])
    await store.set(hookRoom('damaged'), '$log', 'nonsense')
    await open([]).load(makeHook('damaged', '/well'))
  })

  test('log of the longest kind has room in the store', async () => {
    const attempts = Array.from({ length: 8 }, () => ({
      at: Date.now(),
      status: null,
      error: '"'.repeat(120),
    }))
    const when = 'w'.repeat(300)
    const body = JSON.stringify({
      type: 'condition.met',
      timestamp: '',
      data: { when, room: 'r'.repeat(130) },
    })
    const delivery = { id: 'msg_0123456789abcdef', state: 'failed', body, attempts, next: null }
    await store.set(
      '$hook/longest',
      '$log',
      Array.from({ length: 20 }, () => delivery),
    )
  })
})
