import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A room as `GET /api/rooms` returns it. */
export interface ToldRoom {
  room: string
  widget: string
  key: string
  connections: number
  visitors: number
  peak: number
  hits: number
  since: string | null
}

/** A server whose `GET /api/rooms` returns rooms that a test sets: any counts at any time. */
export interface RoomsServer {
  url: string
  rooms: ToldRoom[]
  /** The requested URLs, the newest last. */
  asked: URLSearchParams[]
  /** The maximum of rooms on a page, whatever is requested. */
  page: number
  /** Sends this instead, with status 200. */
  answer: string | undefined
  close(): void
}

/** @param token what the server wants; any other gets 401. */
export async function startRoomsServer(token: string, rooms: ToldRoom[], port = 0): Promise<RoomsServer> {
  const told = { url: '', rooms, asked: [] as URLSearchParams[], page: 1000, answer: undefined }
  const server: Server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost')
    const status =
      request.headers.authorization !== `Bearer ${token}` ? 401 : pathname === '/api/rooms' ? 200 : 404
    const problem = { type: 'about:blank', title: 'no', status, detail: 'no such call' }
    if (status === 200) stub.asked.push(searchParams)
    const body = status === 200 ? (stub.answer ?? JSON.stringify(pageOf(stub, searchParams))) : problem
    response.writeHead(status, { 'Content-Type': 'application/json' })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const stub: RoomsServer = Object.assign(told, {
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  })
  stub.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return stub
}

/** A room with some counts, the rest of them zero. */
export function toldRoom(room: string, counts: Partial<ToldRoom> = {}): ToldRoom {
  const [widget = '', key = ''] = room.split('/')
  const none = { connections: 0, visitors: 0, peak: 0, hits: 0, since: '2026-01-01T00:00:00.000Z' }
  return { room, widget, key, ...none, ...counts }
}

function pageOf({ rooms, page }: RoomsServer, query: URLSearchParams): object {
  const sort = query.get('sort') ?? ''
  const found = rooms
    .filter(({ room, connections }) => {
      const isWanted = query.get('watched') === String(connections > 0)
      return isWanted && room.toLowerCase().includes((query.get('search') ?? '').toLowerCase())
    })
    .sort((one, other) => (sort === '-hits' ? other.hits - one.hits : one.room < other.room ? -1 : 1))
  const from = Number(query.get('cursor') ?? 0)
  const limit = Math.min(page, Number(query.get('limit')))
  const next = from + limit < found.length ? String(from + limit) : null
  return { rooms: found.slice(from, from + limit), total: found.length, next }
}
