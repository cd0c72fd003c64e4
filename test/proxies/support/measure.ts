import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type RunningServer, serveCommand } from '../../support/command.ts'
import { eventually } from '../../support/eventually.ts'
import { FIXTURE_WIDGETS } from '../../support/server.ts'
import { openStream, webkit } from '../../support/stream-reader.ts'
import { openViewer, type Viewer, type ViewerOptions } from './client.ts'
import type { RunningProxy } from './proxy.ts'

const IMGCAST_TOKEN = 'a-token-of-the-owner'
const WIDGETS = ['--widgets', fileURLToPath(FIXTURE_WIDGETS), '--log-level', 'warn', '--workers', '1']

/** The real command, as it is to be run behind a proxy of the same machine. */
export function serveBehindProxy(args: readonly string[] = []): Promise<RunningServer> {
  // Most viewers of a test look like one browser, and those of the test before may not be gone yet.
  const everyPictureIsLive = ['--live-per-browser', '0']
  const own = [...WIDGETS, '--trust-proxy', 'loopback', ...everyPictureIsLive]
  return serveCommand([...own, ...args], { IMGCAST_TOKEN })
}

/** Host and port of a server. */
export function upstreamOf({ url }: RunningServer): string {
  return `127.0.0.1:${new URL(url).port}`
}

/** A room that was never watched. */
export function newRoom(widget: string): string {
  return `${widget}/${randomUUID()}`
}

/** The server's own counts of a room. */
export async function countsOf(
  server: RunningServer,
  room: string,
): Promise<{ connections: number; visitors: number }> {
  return (await (await fetch(`${server.url}/${room}.json`)).json()) as {
    connections: number
    visitors: number
  }
}

/** Milliseconds until the server counts the given number of connections in a room. */
export async function untilCounted(
  server: RunningServer,
  room: string,
  wanted: number,
  timeout = 20_000,
): Promise<number> {
  const start = performance.now()
  await eventually(
    async () => {
      const { connections } = await countsOf(server, room)
      if (connections !== wanted) throw new Error(`${connections} connections in ${room}, not ${wanted}`)
    },
    { timeout },
  )
  return performance.now() - start
}

/** Milliseconds from before the connection to the first whole picture, each time over a new connection. */
export async function firstFrames(
  proxy: RunningProxy,
  options: ViewerOptions,
  times: number,
  timeout?: number,
): Promise<number[]> {
  const delays: number[] = []
  for (let count = 0; count < times; count += 1) {
    const viewer = await openViewer(proxy, `/${newRoom('counter')}.png`, options)
    const came = await viewer.until(({ parts }) => parts.length > 0, timeout)
    delays.push(came ? (viewer.parts[0]?.at ?? 0) - viewer.askedAt : Number.POSITIVE_INFINITY)
    viewer.close()
  }
  return delays
}

/** How much later than a viewer without the proxy each change is seen, in milliseconds; infinite if it is not. */
export async function pushDelays(
  server: RunningServer,
  proxy: RunningProxy,
  options: ViewerOptions,
  times: number,
  patience = 5000,
): Promise<number[]> {
  const room = newRoom('status')
  await setStatus(server, room, 'begin')
  const direct = await openStream(`${server.url}/${room}.png`, { headers: webkit })
  const proxied = await openViewer(proxy, `/${room}.png`, options)
  await direct.nextPart()
  await proxied.until(({ parts }) => parts.length > 0, 500)
  const pushed: Buffer[] = []
  for (let count = 0; count < times; count += 1) {
    const before = direct.parts.length
    await setStatus(server, room, `push ${count}`)
    await direct.waitFor(({ parts }) => parts.length > before)
    pushed.push(direct.parts.at(-1)?.body as Buffer)
    await sleep(150)
  }
  const find = (viewer: Pick<Viewer, 'parts'>, body: Buffer) =>
    viewer.parts.find((part) => part.body.equals(body))
  const last = pushed.at(-1) as Buffer
  await proxied.until((viewer) => find(viewer, last) !== undefined, patience)
  direct.close()
  proxied.close()
  return pushed.map(
    (body) => (find(proxied, body)?.at ?? Number.POSITIVE_INFINITY) - (find(direct, body)?.at ?? 0),
  )
}

/** Milliseconds from a viewer's close until the server does not count it any more. */
export async function closeDelay(
  server: RunningServer,
  proxy: RunningProxy,
  options: ViewerOptions,
  close: (viewer: Viewer) => void = (viewer) => viewer.close(),
): Promise<number> {
  const room = newRoom('counter')
  const viewer = await openViewer(proxy, `/${room}.png?v=1`, options)
  await viewer.until(({ parts }) => parts.length > 0, 2000)
  await untilCounted(server, room, 1)
  // What a heartbeat is still to be sent must not help.
  await sleep(200)
  close(viewer)
  return untilCounted(server, room, 0, 25_000)
}

/** Sets the text of a status picture. */
export async function setStatus({ url }: RunningServer, room: string, message: string): Promise<void> {
  const response = await fetch(`${url}/api/${room}`, {
    method: 'PUT',
    headers: { Authorization: `Bearer ${IMGCAST_TOKEN}` },
    body: JSON.stringify({ schemaVersion: 1, label: 'push', message }),
  })
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

/** Prints a figure beside the test's result. */
export function tell(proxy: string, what: string, milliseconds: readonly number[]): void {
  const shown = milliseconds.map((value) => value.toFixed(0)).join(' ')
  console.info(
    `${proxy}: ${what}: ${shown} ms${milliseconds.length > 1 ? `, median ${median(milliseconds).toFixed(0)}` : ''}`,
  )
}
