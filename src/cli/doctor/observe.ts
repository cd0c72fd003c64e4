import { Client, type OpenResponse } from './client.ts'
import { identify } from './identify.ts'
import { audit, clientProtocol, nodes, open, pace, pushes, quiet, roundTrip, visit } from './measure.ts'
import type { Observations, Reach } from './observations.ts'
import { type Head, recogniseProxy } from './proxy.ts'
import { reach, toFailure } from './reach.ts'
import { RoomNames } from './room-names.ts'
import { takeRooms } from './rooms.ts'
import { socket } from './socket.ts'
import { imageHeaders, Viewer, type ViewerInit } from './viewer.ts'
import { visitors } from './visitors.ts'

/** The target of an examination. */
export interface Target {
  url: string
  token: string | undefined
  /** An address to connect to instead of the name's. */
  resolve: string | undefined
  /** Milliseconds to watch an unchanging picture. */
  wait: number
}

const MAX_REDIRECTS = 5

/** Examines a server through all proxies, and returns the observations. Never throws because of the server. */
export async function observe(target: Target): Promise<Observations> {
  const arrived = await arrive(target)
  if (!('client' in arrived)) return { reach: arrived.reach, proxy: 'none seen' }
  const { client, response, reach: way } = arrived
  const url = new URL(way.url)
  try {
    const proxy = recogniseProxy(await readHead(way, response))
    const names = await RoomNames.load()
    const identity = await identify(client, url, response, names)
    response.close()
    const found: Observations = { reach: way, proxy, identity }
    if (identity.base === undefined) return found
    return { ...found, ...(await watch(target, found, { client, base: identity.base, names })) }
  } finally {
    client.close()
  }
}

/** Follows redirects to the first other response. */
async function arrive({ url: start, resolve }: Target): Promise<Arrived | { reach: Reach }> {
  const redirects: string[] = []
  for (let url = withoutUser(start); ; ) {
    const way = { ...(await reach(url, resolve)), redirects }
    if (way.failure || way.address === undefined) return { reach: way }
    const client = new Client({ url, address: way.address, protocol: way.protocol })
    try {
      const response = await request(client, `${url.pathname}${url.search}`)
      const { location } = response.headers
      const isRedirect = response.status >= 300 && response.status < 400 && location !== undefined
      if (!isRedirect || redirects.length >= MAX_REDIRECTS) return { client, response, reach: way }
      client.close()
      url = withoutUser(location, url)
      redirects.push(url.href)
    } catch (error) {
      client.close()
      return { reach: { ...way, failure: toFailure('response', error) } }
    }
  }
}

/** Browsers send no password with a picture, and the report must not show it. */
function withoutUser(text: string, base?: URL): URL {
  return Object.assign(new URL(text, base), { username: '', password: '' })
}

/** Requests a picture. If no head arrives, requests a page instead: it ends, and a buffering proxy may be waiting for an end. */
async function request(client: Client, path: string): Promise<OpenResponse> {
  try {
    return await client.get(path, imageHeaders(client.origin))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'NO_RESPONSE') throw error
    return client.get(path, {
      ...imageHeaders(client.origin),
      Accept: 'text/html',
      'Sec-Fetch-Dest': 'document',
    })
  }
}

interface Arrived {
  client: Client
  response: OpenResponse
  reach: Reach
}

/** HTTP/2 sends all names in lower case, so only HTTP/1.1 shows how they are written. */
async function readHead(way: Reach, response: OpenResponse): Promise<Head> {
  if (way.protocol === 'HTTP/1.1' || way.address === undefined) return response
  const client = new Client({ url: new URL(way.url), address: way.address, protocol: 'HTTP/1.1' })
  try {
    return { headers: response.headers, isLowerCase: (await client.get('/', {}, 2000)).isLowerCase }
  } catch {
    return response
  } finally {
    client.close()
  }
}

async function watch(
  { token, wait }: Target,
  { reach: way, proxy }: Observations,
  place: ViewerInit,
): Promise<Partial<Observations>> {
  const { client, base } = place
  const trip = await roundTrip(new Viewer(place))
  const protocol = await clientProtocol(client, base)
  const [{ opened, extra }, websocket] = await Promise.all([
    open(place),
    socket({ url: new URL(way.url), address: way.address ?? '' }, base),
  ])
  const viewer = new Viewer({ ...place, extra })
  const found = {
    roundTrip: trip,
    ...(protocol !== undefined && { clientProtocol: protocol }),
    opened,
    socket: websocket,
    ...(token !== undefined && (await ofOperators(client, base, token))),
  }
  if (opened.status !== 200 || opened.first === undefined) return found
  const { rooms, held } = await takeRooms(viewer)
  const [pushed, paced, calm, visited, counted] = await Promise.all([
    pushes(viewer, rooms.pushes),
    pace(viewer),
    quiet(viewer, rooms.quiet, wait),
    visit(viewer, rooms.visit, trip),
    visitors(viewer, rooms.visitors, way, (other) => new Viewer({ ...place, client: other, extra }), proxy),
  ])
  held?.close()
  return {
    ...found,
    pushes: pushed,
    pace: paced,
    quiet: calm,
    ...(visited && { visit: visited }),
    ...(counted && { visitors: counted }),
  }
}

/** What only the owner of the token can read. */
async function ofOperators(client: Client, base: string, token: string) {
  const seen = await nodes(client, base, token)
  return { audit: await audit(client, base, token), ...(seen && { nodes: seen }) }
}
