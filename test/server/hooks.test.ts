import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Webhook } from 'standardwebhooks'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { DescribedApi } from '../support/described-api.ts'
import { eventually } from '../support/eventually.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { openStream, type RawStream } from '../support/stream-reader.ts'

const TOKEN = 'a-token-of-the-tests'

/** A request that a receiver got. */
interface Received {
  path: string
  headers: IncomingHttpHeaders
  body: string
}

let folder: string
let receiver: Server
let receiverUrl: string
let received: Received[] = []
/** The receiver's next responses; 204 when there are no more. */
let answers: { status: number; headers?: Record<string, string> }[] = []
const servers: TestServer[] = []
const streams: RawStream[] = []

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'imgcast-hooks-'))
  receiver = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { url: path = '', headers } = request
    received.push({ path, headers, body: Buffer.concat(chunks).toString() })
    const { status, headers: more = {} } = answers.shift() ?? { status: 204 }
    response.writeHead(status, more).end()
  })
  receiver.listen(0, '127.0.0.1')
  await new Promise((resolve) => receiver.once('listening', resolve))
  receiverUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`
})

afterEach(async () => {
  for (const stream of streams.splice(0)) stream.close()
  for (const server of servers.splice(0)) await server.close()
  received = []
  answers = []
})

afterAll(() => {
  receiver.close()
  receiver.closeAllConnections()
  rmSync(folder, { recursive: true })
})

async function start(store = 'memory:') {
  const server = await startServer({ token: TOKEN, store, allowPrivateTargets: true })
  servers.push(server)
  const api = await DescribedApi.open(server.url, TOKEN)
  const add = async (when: string, more: object = {}) => {
    const { status, body } = await api.call('POST', '/api/hooks', {
      body: { url: receiverUrl, when, cooldown: '0s', ...more },
    })
    expect(status).toBe(201)
    return body as { id: string; secret: string }
  }
  const log = async (id: string) => (await api.call('GET', `/api/hooks/${id}/log`)).body.deliveries
  const watch = async (room: string) => {
    const stream = await openStream(`${server.url}/${room}.png`)
    streams.push(stream)
    await stream.nextPart()
    return stream
  }
  const holds = (id: string, value: boolean) =>
    eventually(async () => expect((await api.call('GET', `/api/hooks/${id}`)).body.holds).toBe(value))
  return { server, api, add, log, watch, holds }
}

const arrived = (count: number) =>
  eventually(() => expect(received.length).toBeGreaterThanOrEqual(count), { timeout: 20_000 })

describe('a webhook', () => {
  test('is sent once when its condition becomes true, signed, and again only after it was false', async () => {
    const { api, add, log, watch, holds } = await start()
    const hook = await add('connections(online/blog) >= 2')
    await watch('online/blog')
    expect(received).toEqual([])
    const second = await watch('online/blog')
    await arrived(1)
    const [{ headers, body }] = received as [Received]
    const message = new Webhook(hook.secret).verify(body, headers as Record<string, string>)
    api.checkSchema('HookMessage', message)
    expect(message).toMatchObject({
      type: 'condition.met',
      data: { hook: hook.id, room: 'online/blog', connections: 2, visitors: 1, peak: 1 },
    })
    expect(headers['content-type']).toBe('application/json')
    expect(() => new Webhook(hook.secret).verify(`${body} `, headers as Record<string, string>)).toThrow()
    const third = await watch('online/blog')
    third.close()
    second.close()
    await holds(hook.id, false)
    expect(received).toHaveLength(1)
    await watch('online/blog')
    await arrived(2)
    expect(received[1]?.headers['webhook-id']).not.toBe(headers['webhook-id'])
    await eventually(async () => {
      const states = (await log(hook.id)).map(({ state }: { state: string }) => state)
      expect(states).toEqual(['delivered', 'delivered'])
    })
  })

  test('with --for is sent when the condition has been true for that time, and not before', async () => {
    const { add, watch, holds } = await start()
    const lasting = await add('visitors(online/long) > 0', { for: '1h' })
    const short = await add('visitors(online/long) > 0', { for: '1500ms' })
    const from = Date.now()
    await watch('online/long')
    await arrived(1)
    expect(Date.now() - from).toBeGreaterThanOrEqual(1_500)
    expect(JSON.parse(received[0]?.body ?? '{}').data).toMatchObject({ hook: short.id, for: '1500ms' })
    await holds(short.id, true)
    await holds(lasting.id, false)
  })

  test('is sent for hits too, which are not published', async () => {
    const { server, add } = await start()
    await add('hits(online/asked) == 3')
    for (let turn = 0; turn < 3; turn += 1) await fetch(`${server.url}/online/asked.png?delivery=still`)
    await arrived(1)
    expect(JSON.parse(received[0]?.body ?? '{}').data).toMatchObject({ hits: 3, connections: 0 })
  })

  test('is retried until the receiver returns 2xx, with the same id and the errors in the log', async () => {
    const { add, log } = await start()
    answers = [{ status: 500 }, { status: 302, headers: { Location: 'http://127.0.0.1:9/?token=SECRET' } }]
    const hook = await add('visitors(online/retry) < 1')
    await arrived(3)
    expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
    for (const { body, headers } of received)
      new Webhook(hook.secret).verify(body, headers as Record<string, string>)
    await eventually(async () => {
      expect(await log(hook.id)).toMatchObject([
        {
          state: 'delivered',
          next: null,
          attempts: [
            { status: 500, error: 'status 500 Internal Server Error' },
            { status: 302, error: 'status 302 Found: a redirect to 127.0.0.1:9, which is not followed' },
            { status: 204, error: null },
          ],
        },
      ])
    })
  })

  test('whose receiver returns 410 is not retried', async () => {
    const { add, log } = await start()
    answers = [{ status: 410 }]
    const hook = await add('visitors(online/gone) < 1')
    await eventually(async () => expect(await log(hook.id)).toMatchObject([{ state: 'failed', next: null }]))
  })

  test('that is deleted is not sent any more', async () => {
    const { api, add, watch } = await start()
    const hook = await add('visitors(online/deleted) > 0')
    const other = await add('visitors(online/deleted) > 0')
    await api.call('DELETE', `/api/hooks/${hook.id}`)
    await watch('online/deleted')
    await arrived(1)
    expect(received.map(({ body }) => JSON.parse(body).data.hook)).toEqual([other.id])
  })

  test('survives a restart, with its pending messages', async () => {
    const store = `file:${join(folder, 'restart.db')}`
    const first = await start(store)
    answers = [{ status: 503 }]
    const hook = await first.add('hits(online/kept) < 1')
    await arrived(1)
    await eventually(async () => {
      expect(await first.log(hook.id)).toMatchObject([{ state: 'pending', attempts: [{ status: 503 }] }])
    })
    await servers.pop()?.close()
    const second = await start(store)
    await arrived(2)
    new Webhook(hook.secret).verify(received[1]?.body ?? '', received[1]?.headers as Record<string, string>)
    expect(received[1]?.headers['webhook-id']).toBe(received[0]?.headers['webhook-id'])
    // The condition still holds and was reported: putting the same hook again sends nothing.
    await second.holds(hook.id, true)
    await eventually(async () => expect(await second.log(hook.id)).toMatchObject([{ state: 'delivered' }]))
  })
})
