import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { plainFrame } from '../support/frames.ts'
import { Hub } from '../support/hub.ts'
import { startServer, type TestServer } from '../support/server.ts'

const TOKEN = 'a-token-of-the-tests'
const headers = { Authorization: `Bearer ${TOKEN}` }

let hub: Hub
let nodes: TestServer[]
let target: Server
let requests: string[]
let targetUrl: string

beforeEach(async () => {
  hub = new Hub()
  const options = { store: hub.driver, token: TOKEN, allowPrivateTargets: true }
  nodes = [await startServer(options), await startServer(options)]
  requests = []
  target = createServer((request, response) => {
    requests.push(request.url ?? '')
    response.setHeader('Content-Type', 'application/json')
    response.end(JSON.stringify({ schemaVersion: 1, label: 'build', message: request.url }))
  })
  target.listen(0, '127.0.0.1')
  await new Promise((resolve) => target.once('listening', resolve))
  targetUrl = `http://127.0.0.1:${(target.address() as AddressInfo).port}`
})

afterEach(async () => {
  for (const node of nodes) await node.close()
  target.closeAllConnections()
  target.close()
})

function call(node: number, path: string, method = 'GET', body?: object): Promise<Response> {
  return fetch(`${nodes[node]?.url}/api${path}`, {
    ...{ method, headers },
    ...(body && { body: JSON.stringify(body) }),
  })
}

test('a poll is run by one node, and known to all', async () => {
  const poll = { url: `${targetUrl}/a`, every: '1h' }
  expect((await call(0, '/status/build/poll', 'PUT', poll)).status).toBe(200)
  await eventually(async () => {
    const report = await (await call(1, '/status/build/poll')).json()
    expect(report).toMatchObject({ url: poll.url, last: { ok: true, detail: '/a' } })
  })
  expect(requests).toEqual(['/a'])
  expect((await call(1, '/status/build/poll', 'PUT', { url: `${targetUrl}/b`, every: '1h' })).status).toBe(
    200,
  )
  await eventually(async () => {
    expect(await (await call(0, '/status/build/poll')).json()).toMatchObject({ last: { detail: '/b' } })
  })
  expect((await call(1, '/status/build/poll', 'DELETE')).status).toBe(204)
  await eventually(async () => expect((await call(0, '/status/build/poll')).status).toBe(404))
  expect(requests).toEqual(['/a', '/b'])
})

test('a hook is evaluated by one node, and known to all', async () => {
  const hook = { url: `${targetUrl}/hook`, when: 'visitors(online/a) < 1' }
  const { id } = (await (await call(0, '/hooks', 'POST', hook)).json()) as { id: string }
  await eventually(async () => {
    expect(await (await call(1, `/hooks/${id}`)).json()).toMatchObject({ id, holds: true })
    const { deliveries } = (await (await call(1, `/hooks/${id}/log`)).json()) as { deliveries: object[] }
    expect(deliveries).toMatchObject([{ state: 'delivered' }])
  })
  expect(requests).toEqual(['/hook'])
  expect((await call(1, `/hooks/${id}`, 'DELETE')).status).toBe(204)
  await eventually(async () => expect((await call(0, `/hooks/${id}`)).status).toBe(404))
})

test('settings that changed while a node was cut off are read when it is connected again', async () => {
  const [, other] = [...hub.nodes]
  other?.cut()
  const poll = { url: `${targetUrl}/a`, every: '1h' }
  await call(0, '/status/build/poll', 'PUT', poll)
  const added = await call(0, '/hooks', 'POST', { url: targetUrl, when: 'hits(online/a) > 9' })
  const { id } = (await added.json()) as { id: string }
  expect((await call(1, '/status/build/poll')).status).toBe(404)
  other?.reconnect()
  await eventually(async () => {
    expect((await call(1, '/status/build/poll')).status).toBe(200)
    expect((await call(1, `/hooks/${id}`)).status).toBe(200)
  })
})

test('a hook on a room that cannot be is refused in one sentence', async () => {
  const post = async (when: string) => {
    const response = await call(0, '/hooks', 'POST', { url: targetUrl, when })
    const { detail } = (await response.json()) as { detail: string }
    return [response.status, detail]
  }
  expect(await post('visitors(nothing/a) > 1')).toEqual([400, expect.stringContaining('there is no widget')])
  expect(await post('visitors(online/a/b) > 1')).toEqual([400, expect.stringContaining('after online/')])
})

test('pushed pictures and cameras are those of all nodes, and no file is left behind', async () => {
  const pictures = ['#ff0000', '#0000ff', '#00ff00'].map((color) => plainFrame(color).bytes)
  const push = (node: number, body: Buffer) =>
    fetch(`${nodes[node]?.url}/api/pictures/plot`, { method: 'PUT', headers, body: new Uint8Array(body) })
  const shown = async (node: number) =>
    Buffer.from(await (await fetch(`${nodes[node]?.url}/picture/plot.png`)).arrayBuffer())
  const [red, blue, green] = pictures as [Buffer, Buffer, Buffer]
  expect((await push(0, red)).status).toBe(200)
  for (const node of [1, 0]) await eventually(async () => expect((await shown(node)).equals(red)).toBe(true))
  // Both at once, the same bytes as before among them.
  for (const bodies of [
    [blue, green],
    [red, red],
    [green, blue],
  ] as const)
    await Promise.all(bodies.map((body, node) => push(node, body)))
  await eventually(async () => {
    const [one, other] = [await shown(0), await shown(1)]
    expect(one.equals(other)).toBe(true)
    expect([...hub.files.kept.values()].map((bytes) => bytes.equals(one))).toEqual([true])
  })
  expect((await call(1, '/pictures/plot', 'DELETE')).status).toBe(204)
  await eventually(async () => expect((await call(0, '/pictures/plot')).status).toBe(404))
  expect(hub.files.kept.size).toBe(0)

  const source = { source: `${targetUrl}/camera` }
  expect((await call(0, '/cameras/door', 'PUT', source)).status).toBe(200)
  await eventually(async () => expect(await (await call(1, '/cameras/door')).json()).toMatchObject(source))
  // Deleting the whole room deletes its camera.
  expect((await call(1, '/rooms/camera/door', 'DELETE')).status).toBe(204)
  for (const node of [0, 1])
    await eventually(async () => expect((await call(node, '/cameras/door')).status).toBe(404))
})
