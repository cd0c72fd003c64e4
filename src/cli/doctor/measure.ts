import { setTimeout as sleep } from 'node:timers/promises'
import type { AuditReport } from '../../schema/audit-schema.ts'
import type { Load } from '../../schema/load-schema.ts'
import type { Client, OpenResponse } from './client.ts'
import type { Audited, Opened, Pace, Quiet, Seen, SeenNodes, Visit } from './observations.ts'
import { Viewer, type ViewerInit } from './viewer.ts'

const PUSHES = 3
const PUSH_PATIENCE = 4000
const CALM = 250
const INTERVAL = 200
const PACE_TIME = 3000
/** Milliseconds until a viewer who left must be gone from the count: the default heartbeat and a second. */
const CLOSE_PATIENCE = 4000
const COUNT_PATIENCE = 4000

/** Measures the milliseconds of a small request: the median of three. */
export async function roundTrip(viewer: Viewer): Promise<number> {
  const times: number[] = []
  for (let count = 0; count < 3; count += 1) {
    const start = performance.now()
    await viewer.counts(viewer.names.unused())
    times.push(performance.now() - start)
  }
  return median(times)
}

/** Opens a picture as a browser does. If that returns a still, opens it again as a stream. */
export async function open(place: ViewerInit): Promise<{ opened: Opened; extra: string }> {
  const seen = await openOnce(new Viewer(place))
  if (!seen.headers?.['content-type']?.startsWith('image/') || seen.status !== 200) {
    return { opened: { ...seen, isStill: false }, extra: '' }
  }
  const extra = '&delivery=stream'
  const { first, headers } = await openOnce(new Viewer({ ...place, extra }))
  return { opened: { ...seen, ...(headers && { headers }), first, isStill: true }, extra }
}

async function openOnce(viewer: Viewer): Promise<Omit<Opened, 'isStill'>> {
  // As browsers send it, so that compressing proxies compress.
  const takesAll = await peek(viewer, { 'Accept-Encoding': 'gzip, deflate, br' })
  try {
    // nginx collects 4096 bytes with the head. A small picture that nothing follows stays in there: viewers do not change
    // this one, and it is not sent again.
    const response = await viewer.open(`${viewer.names.shared.first}.png?scale=1&stale=off`)
    const came = await response.until(() => response.pictures.length > 0)
    response.close()
    const first = came ? (response.pictures[0] ?? 0) - response.requestedAt : undefined
    return { ...toSeen(takesAll ?? response), first, isHeldToCompress: takesAll === undefined }
  } catch {
    return { ...(takesAll && toSeen(takesAll)), first: undefined, isHeldToCompress: false }
  }
}

async function peek(viewer: Viewer, headers: Record<string, string>): Promise<OpenResponse | undefined> {
  try {
    const response = await viewer.open(`${viewer.names.shared.head}.png?count=visitors`, headers)
    response.close()
    return response
  } catch {
    return undefined
  }
}

function toSeen({ status, headers }: OpenResponse): Seen {
  return { status, headers }
}

/** Changes a picture by opening it a second time, and measures how long the first viewer waits for the change. */
export async function pushes(viewer: Viewer, room: string): Promise<number[]> {
  const picture = `${room}.png?count=connections`
  const others: OpenResponse[] = []
  const delays: number[] = []
  try {
    const watching = await viewer.watch(picture)
    others.push(watching)
    for (let count = 0; count < PUSHES; count += 1) {
      await settle(watching)
      const before = watching.pictures.length
      const other = await viewer.watch(picture)
      others.push(other)
      const came = await watching.until(() => watching.pictures.length > before, PUSH_PATIENCE)
      delays.push(came ? (watching.pictures[before] ?? 0) - other.requestedAt : Number.POSITIVE_INFINITY)
      if (!came) break
    }
  } catch {
    delays.push(Number.POSITIVE_INFINITY)
  }
  for (const other of others) other.close()
  return delays
}

/** Waits for a pause, so that a picture still under way is not mistaken for the next change. */
async function settle(response: OpenResponse): Promise<void> {
  for (let rounds = 0; rounds < 8; rounds += 1) {
    const before = response.pictures.length
    if (!(await response.until(() => response.pictures.length > before, CALM))) return
  }
}

/** Watches a picture that changes by itself at a known pace. */
export async function pace(viewer: Viewer): Promise<Pace> {
  try {
    const response = await viewer.watch(`${viewer.names.shared.pace}.png?interval=${INTERVAL}ms`)
    const start = performance.now()
    await response.until(() => false, PACE_TIME)
    response.close()
    const arrivals = response.pictures.map((at) => at - start)
    return { interval: INTERVAL, watched: performance.now() - start, arrivals }
  } catch {
    return { interval: INTERVAL, watched: PACE_TIME, arrivals: [] }
  }
}

/** Opens and closes a picture, and measures how long the count takes to follow. Returns undefined if counts cannot be read. */
export async function visit(viewer: Viewer, room: string, trip: number): Promise<Visit | undefined> {
  if (!(await viewer.counts(room))) return undefined
  const patience = CLOSE_PATIENCE + trip
  // Compare visitors, not pictures: another viewer who joins would hide that this one left.
  const response = await viewer.watch(`${room}.png?count=visitors`).catch(() => undefined)
  const isCounted = response !== undefined && (await untilCounted(viewer, room, 1))
  // Pictures still on their way must not help: a write to the closed socket reveals it.
  await sleep(500)
  response?.close()
  const start = performance.now()
  if (!isCounted) return { isCounted, uncounted: undefined, patience }
  const isGone = await untilCounted(viewer, room, 0, patience)
  return { isCounted, uncounted: isGone ? performance.now() - start : undefined, patience }
}

/** Resolves to whether a room reaches a count before the timeout. */
export async function untilCounted(
  viewer: Viewer,
  room: string,
  connections: number,
  patience = COUNT_PATIENCE,
): Promise<boolean> {
  const deadline = performance.now() + patience
  for (;;) {
    if ((await viewer.counts(room))?.connections === connections) return true
    if (performance.now() > deadline) return false
    await sleep(100)
  }
}

/** Watches an unchanging picture. */
export async function quiet(viewer: Viewer, room: string, wait: number): Promise<Quiet> {
  const start = performance.now()
  try {
    const response = await viewer.watch(`${room}.png?count=visitors`)
    await response.until(() => false, wait)
    const ended = response.endedAt === undefined ? undefined : response.endedAt - start
    response.close()
    return { watched: performance.now() - start, ended }
  } catch {
    return { watched: performance.now() - start, ended: 0 }
  }
}

/** Reads the protocol that the server takes a client to speak; undefined if it does not say. */
export async function clientProtocol(client: Client, base: string): Promise<string | undefined> {
  try {
    const response = await client.get(`${base}/healthz`, { Accept: 'application/json' })
    response.close()
    return response.headers['x-client-protocol']
  } catch {
    return undefined
  }
}

/** Reads whether the server's counts agree with its kernel. */
export async function audit(client: Client, base: string, token: string): Promise<Audited> {
  try {
    const response = await client.get(`${base}/api/audit`, { Authorization: `Bearer ${token}` })
    if (response.status !== 200) return { status: response.status }
    const { agrees, nodes, missing } = JSON.parse(await response.text()) as AuditReport
    const compared = nodes?.filter(({ fault }) => fault === undefined).length ?? 1
    return { status: 200, agrees, compared, missing: missing?.length ?? 0 }
  } catch {
    return { status: 0 }
  }
}

/** Reads which servers share the counts. */
export async function nodes(client: Client, base: string, token: string): Promise<SeenNodes | undefined> {
  try {
    const response = await client.get(`${base}/api/load`, { Authorization: `Bearer ${token}` })
    const { cluster } = JSON.parse(await response.text()) as Load
    if (response.status !== 200 || !cluster) return undefined
    const edges = cluster.nodes.filter(({ isEdge }) => isEdge === true).length
    return { servers: cluster.nodes.length - edges, edges, isPartial: cluster.isPartial }
  } catch {
    return undefined
  }
}

/** The median; of an even number, the upper one. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}
