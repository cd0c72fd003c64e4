import { lookup } from 'node:dns/promises'
import net from 'node:net'
import { Client, type OpenResponse, type Target } from './client.ts'
import { untilCounted } from './measure.ts'
import type { Reach, Visitors } from './observations.ts'
import type { ProxyName } from './proxy.ts'
import type { Viewer } from './viewer.ts'

/** A documentation address, assigned to no one (RFC 5737). */
const FORGED = '203.0.113.7'

/** Opens one room as several people, and returns how many the server counted; undefined if it does not say. */
export async function visitors(
  viewer: Viewer,
  room: string,
  reach: Reach,
  elsewhere: (client: Client) => Viewer,
  proxy: ProxyName,
): Promise<Visitors | undefined> {
  const open: OpenResponse[] = []
  const others: Client[] = []
  /** Resolves to whether one more stream is one more visitor. */
  const isOneMore = async (as: Viewer, headers = {}) => {
    const before = (await viewer.counts(room))?.visitors
    try {
      open.push(await as.watch(`${room}.png?count=visitors`, headers))
    } catch {
      return undefined
    }
    if (!(await untilCounted(viewer, room, open.length))) return undefined
    const after = (await viewer.counts(room))?.visitors
    return before === undefined || after === undefined ? undefined : after > before
  }
  try {
    if (!(await isOneMore(viewer))) return undefined
    const target = await findOtherWay(reach)
    let apart: boolean | undefined
    if (target) {
      const client = new Client(target)
      others.push(client)
      apart = await isOneMore(elsewhere(client))
    }
    // A server without a proxy would log that there is one.
    const forged = proxy === 'none seen' ? undefined : await isOneMore(viewer, { 'X-Forwarded-For': FORGED })
    return { apart, forged }
  } finally {
    for (const response of open) response.close()
    for (const client of others) client.close()
  }
}

/** Finds another source address of this machine: the other address family, or another loopback address. */
async function findOtherWay(reach: Reach): Promise<Target | undefined> {
  const { address = '', protocol, dead } = reach
  const url = new URL(reach.url)
  if (address.startsWith('127.')) return { url, address, protocol, localAddress: '127.0.0.2' }
  const all = await lookup(url.hostname, { all: true }).catch(() => [])
  const other = all.find((each) => each.family !== net.isIP(address) && !dead.includes(each.address))
  return other && { url, address: other.address, protocol }
}
