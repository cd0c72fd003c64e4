import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { MemoryBus } from '../../src/cluster/memory-bus.ts'
import { MemoryStore } from '../../src/cluster/memory-store.ts'
import { Deliveries, hookRoom } from '../../src/hooks/deliveries.ts'
import type { Hook } from '../../src/hooks/hook.ts'
import { eventually } from '../support/eventually.ts'

let receiver: Server
let url: string
let received: string[] = []
const opened: Deliveries[] = []

beforeAll(async () => {
  receiver = createServer((request, response) => {
    received.push(String(request.headers['webhook-id']))
    request.resume()
    response.writeHead(request.url === '/well' ? 200 : 500).end()
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => receiver.once('listening', resolve))
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`
})
afterEach(() => {
  for (const deliveries of opened.splice(0)) deliveries.close()
  received = []
})
afterAll(() => {
  receiver.close()
  receiver.closeAllConnections()
})

const store = new MemoryStore(new MemoryBus())

function open(pauses: number[]): Deliveries {
  const deliveries = new Deliveries(store, pauses)
  opened.push(deliveries)
  return deliveries
}

function makeHook(id: string, path: string): Hook {
  const secret = `whsec_${Buffer.alloc(32).toString('base64')}`
  return { id, url: url + path, when: 'hits(a/b) > 1', for: '0ms', secret, created: 0, hasFired: true }
}

describe('a delivery', () => {
  test('fails when the last try has, and no try comes before its pause is over', async () => {
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

  test('that waits goes on where it is taken up again, under the same id', async () => {
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
