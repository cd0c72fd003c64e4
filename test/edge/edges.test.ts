import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { loadImage } from '@napi-rs/canvas'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { Imgcast, ImgcastOptions } from '../../src/imgcast/imgcast-interface.ts'
import { createImgcast } from '../../src/imgcast.ts'
import { eventually } from '../support/eventually.ts'
import { pixelOf } from '../support/pixels.ts'
import { FIXTURE_WIDGETS } from '../support/server.ts'
import { chromium, openStream, type RawStream } from '../support/stream-reader.ts'
import { TcpProxy } from '../support/tcp-proxy.ts'

const TOKEN = 'a-token-of-all-servers'
/** Half of the ghost timeout is the lease of an edge. */
const LEASE = 1_500
const log = pino({ level: process.env.TEST_LOG ?? 'silent' })

interface Node {
  imgcast: Imgcast
  url: string
  port: number
  /** Bytes that this node has sent on all sockets. */
  sent(): number
  close(): Promise<void>
}

async function startNode(options: ImgcastOptions, port = 0): Promise<Node> {
  const imgcast = await createImgcast({
    ...{ token: TOKEN, log, linger: 200, ghostTimeout: 2 * LEASE, livePerBrowser: 0 },
    ...options,
  })
  const server: Server = createServer(imgcast.handler).on('upgrade', imgcast.upgrade)
  const sockets = new Set<Socket>()
  let ended = 0
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => {
      sockets.delete(socket)
      ended += socket.bytesWritten
    })
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const own = (server.address() as AddressInfo).port
  return {
    imgcast,
    url: `http://127.0.0.1:${own}`,
    port: own,
    sent: () => [...sockets].reduce((sum, { bytesWritten }) => sum + bytesWritten, ended),
    close: async () => {
      server.close()
      await imgcast.close()
      server.closeAllConnections()
    },
  }
}

const startOrigin = (port = 0) => startNode({ widgets: FIXTURE_WIDGETS, workers: 1 }, port)
const edgeOf = (port: number) => startNode({ upstream: `http://127.0.0.1:${port}`, upstreamToken: TOKEN })

const languageOf = (visitor: number) => ({ 'Accept-Language': `x-${visitor}` })

/** Opens a picture as one of several people. A failed test leaves no stream to the next. */
async function watch(node: Node, path: string, visitor = 0): Promise<RawStream> {
  const stream = await openStream(node.url + path, { headers: { ...chromium, ...languageOf(visitor) } })
  onTestFinished(() => stream.close())
  return stream
}

async function getJson(node: Node, path: string): Promise<Record<string, unknown>> {
  const response = await fetch(node.url + path, { headers: { Authorization: `Bearer ${TOKEN}` } })
  return (await response.json()) as Record<string, unknown>
}

/** The counts that the newest part of a picture of the counter shows. */
const shownBy = async (stream: RawStream) =>
  (await pixelOf(await loadImage(stream.parts.at(-1)?.body as Buffer)))[0] / 10

let origin: Node
let middle: Node
let leaf: Node
let otherLeaf: Node
/** Between the other leaf and the middle. */
let cable: TcpProxy

beforeAll(async () => {
  origin = await startOrigin()
  middle = await edgeOf(origin.port)
  cable = await TcpProxy.start(middle.port)
  ;[leaf, otherLeaf] = await Promise.all([edgeOf(middle.port), edgeOf(cable.port)])
})

afterAll(async () => {
  await Promise.all([leaf.close(), otherLeaf.close()])
  cable.close()
  await middle.close()
  await origin.close()
})

describe('a tree of edges', () => {
  test('counts each stream once and each person once, at every server', async () => {
    const streams = await Promise.all([
      watch(origin, '/counter/tree.png?count=visitors', 1),
      watch(middle, '/counter/tree.png?count=visitors', 2),
      watch(leaf, '/counter/tree.png?count=visitors', 2),
      watch(leaf, '/counter/tree.png?count=visitors', 3),
      watch(otherLeaf, '/counter/tree.png?count=visitors', 3),
      watch(otherLeaf, '/counter/tree.png?count=visitors', 4),
    ])
    const expected = { connections: 6, visitors: 4 }
    await eventually(async () => {
      for (const node of [origin, middle, leaf, otherLeaf])
        expect(await getJson(node, '/counter/tree.json')).toMatchObject(expected)
      for (const stream of streams) expect(await shownBy(stream)).toBe(4)
    })
    // The list of servers comes with their next report.
    await eventually(async () => {
      const { cluster } = await getJson(origin, '/api/load')
      expect(cluster).toMatchObject({ isPartial: false })
      const { nodes } = cluster as { nodes: { isEdge?: boolean; connections: number }[] }
      expect(nodes.filter(({ isEdge }) => isEdge)).toHaveLength(3)
    })
    // Asked through the last server of a chain, it is still the audit of all of them.
    await eventually(async () => {
      const audit = await getJson(leaf, '/api/audit')
      expect(audit).toMatchObject({ agrees: true, counted: { streams: 6, sockets: 6 } })
      expect(audit.nodes).toHaveLength(4)
      expect(audit.missing).toBeUndefined()
    })
    for (const stream of streams) stream.close()
    await eventually(async () =>
      expect(await getJson(leaf, '/counter/tree.json')).toMatchObject({
        connections: 0,
        visitors: 0,
        peak: 4,
      }),
    )
  })

  test('costs the origin the same bytes for one viewer and for fifty', async () => {
    const set = async (message: string) => {
      const response = await fetch(`${origin.url}/api/status/bytes`, {
        method: 'PUT',
        headers: {
          Authorization: `Bearer ${TOKEN}`,
          'Content-Type': 'application/json',
          Connection: 'close',
        },
        body: JSON.stringify({ schemaVersion: 1, label: 'load', message }),
      })
      expect(response.status).toBeLessThan(300)
    }
    let shown: Buffer | undefined
    /** Sets a message, and waits until every stream shows it. */
    const show = async (message: string, streams: RawStream[]) => {
      await set(message)
      // In process, so that it costs no bytes. On a machine that is too busy to draw, it is the picture before.
      await eventually(async () => {
        const { bytes } = await origin.imgcast.render('/status/bytes.png')
        expect(shown?.equals(bytes)).not.toBe(true)
        for (const { parts } of streams) expect(parts.at(-1)?.body.equals(bytes)).toBe(true)
        shown = bytes
      })
    }
    /** Bytes for the same four pictures. */
    const measure = async (streams: RawStream[]) => {
      await show('begin', streams)
      const before = origin.sent()
      for (const message of ['one', 'two', 'three', 'four']) await show(message, streams)
      return origin.sent() - before
    }
    const first = await watch(leaf, '/status/bytes.png?stale=off')
    const one = await measure([first])
    const others = await Promise.all(
      Array.from({ length: 49 }, (_, at) => watch(leaf, '/status/bytes.png?stale=off', at)),
    )
    const fifty = await measure([first, ...others])
    // Replies to signs of life differ, and on a busy machine there are more of them: viewers would add bytes each time.
    expect(Math.abs(fifty - one)).toBeLessThan(one / 8)
    for (const stream of [first, ...others]) stream.close()
  })

  test('an edge that is cut off is counted out when its lease ends, and in again when it is back', async () => {
    const streams = await Promise.all([
      watch(leaf, '/counter/cut.png', 1),
      watch(otherLeaf, '/counter/cut.png', 2),
      watch(otherLeaf, '/counter/cut.png', 3),
    ])
    const connections = async (count: number) =>
      eventually(async () =>
        expect(await getJson(origin, '/counter/cut.json')).toMatchObject({
          connections: count,
          visitors: count,
        }),
      )
    await connections(3)
    cable.hold()
    await connections(1)
    cable.heal()
    await connections(3)
    await eventually(async () => expect(await shownBy(streams[1] as RawStream)).toBe(3))
    for (const stream of streams) stream.close()
    await connections(0)
  })

  test('counts hits once, and clicks by the person who made them', async () => {
    const before = Number((await getJson(origin, '/hits/edges.json')).hits ?? 0)
    const stream = await watch(leaf, '/hits/edges.png')
    await fetch(`${leaf.url}/hits/edges.png?delivery=still`)
    await eventually(async () => {
      const { hits } = await getJson(leaf, '/hits/edges.json')
      expect(Number(hits) - before).toBe(2)
    })
    stream.close()
    for (const visitor of [1, 2]) {
      const headers = { ...languageOf(visitor), 'User-Agent': chromium['User-Agent'] ?? '' }
      const response = await fetch(`${leaf.url}/hears/edges/click/red?3,4`, { headers })
      expect(response.status).toBe(204)
    }
  })

  test('sends the widgets of the origin, its pages and its errors', async () => {
    expect(leaf.imgcast.widgets.map(({ name }) => name)).toEqual(
      origin.imgcast.widgets.map(({ name }) => name),
    )
    const page = await fetch(`${leaf.url}/counter/page`, { headers: { Accept: 'text/html' } })
    expect(page.headers.get('content-type')).toContain('text/html')
    expect((await fetch(`${leaf.url}/nothing/here.json`)).status).toBe(404)
    const wrong = await fetch(`${leaf.url}/counter/a.png?width=-1&delivery=stream`, { headers: chromium })
    expect(wrong.status).toBe((await fetch(`${origin.url}/counter/a.png?width=-1&delivery=stream`)).status)
    expect((await fetch(`${leaf.url}/api/rooms`)).status).toBe(401)
    expect((await fetch(`${leaf.url}/readyz`)).status).toBe(200)
  })
})

describe('an edge', () => {
  test('names the values that a stream is drawn without, as its origin does', async () => {
    for (const node of [origin, middle, leaf]) {
      const stream = await watch(node, '/status/oval.png?style=oval&delivery=stream')
      expect(stream.headers.warning).toMatch(/^299 - "style: expected one of .*, got 'oval'"$/)
      stream.close()
    }
  })

  test('keeps its viewers while its origin restarts, and marks their picture meanwhile', async () => {
    let first = await startOrigin()
    const edge = await edgeOf(first.port)
    const below = await edgeOf(edge.port)
    const stream = await watch(edge, '/online/restart.png')
    const later = await watch(edge, '/counter/restart.jpg')
    await later.waitFor(({ parts }) => parts.length > 0)
    await eventually(async () => expect(await shownBy(later)).toBeCloseTo(1, 0))
    const live = later.parts.length
    await first.close()
    await eventually(async () => expect((await fetch(`${edge.url}/readyz`)).status).toBe(503))
    // A load balancer checks the whole chain: an edge of an edge says why it has nothing new to show.
    await eventually(async () => {
      const { reason } = await getJson(below, '/readyz')
      expect(reason).toContain(`the upstream: ${edge.url}: its upstream: ${first.url}: `)
    })
    expect((await getJson(below, '/api/load')).status).toBe(503)
    expect((await fetch(`${edge.url}/counter/restart.json`)).status).toBe(503)
    // The mark is painted over the picture.
    await later.waitFor(({ parts }) => parts.length > live)
    const marked = later.parts.length
    first = await startOrigin(first.port)
    await later.waitFor(({ parts }) => parts.length > marked)
    await eventually(async () =>
      expect(await getJson(edge, '/counter/restart.json')).toMatchObject({ connections: 1 }),
    )
    expect((await fetch(`${edge.url}/readyz`)).status).toBe(200)
    await eventually(async () => expect((await fetch(`${below.url}/readyz`)).status).toBe(200))
    stream.close()
    later.close()
    await below.close()
    await edge.close()
    await first.close()
  })

  test('is refused with a wrong token, by another kind of server, and by itself', async () => {
    const refused = (options: ImgcastOptions) =>
      createImgcast({ ...{ token: TOKEN, log, upstreamToken: TOKEN }, ...options }).catch(
        ({ message }: Error) => message,
      )
    const wrong = { upstream: origin.url, upstreamToken: 'not-the-token-of-it' }
    expect(await refused(wrong)).toMatch(/the token is wrong/)
    const other = createServer((_request, response) => response.end('hello')).listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    expect(await refused({ upstream: `http://127.0.0.1:${port}` })).toMatch(/no Imgcast that takes edges/)
    other.close()
    expect(await refused({ upstream: origin.url, workers: 3 })).toMatch(/workers: an edge has no use for it/)
  })

  test('does not take its pictures from an edge of its own', async () => {
    const reserved = createServer().listen(0, '127.0.0.1')
    await once(reserved, 'listening')
    const { port } = reserved.address() as AddressInfo
    reserved.close()
    const one = await edgeOf(port)
    const two = await startNode({ upstream: one.url, upstreamToken: TOKEN }, port)
    await eventually(async () => {
      const reasons = await Promise.all([one, two].map((node) => getJson(node, '/readyz')))
      expect(reasons.map(({ reason }) => reason).join()).toContain('a loop')
    })
    expect((await fetch(`${one.url}/counter/loop.json`)).status).toBe(503)
    await Promise.all([one.close(), two.close()])
  })
})
