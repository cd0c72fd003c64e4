import { isPassingRoom } from '../../widget/room.ts'
import { BatchedReader } from '../batched-reader.ts'
import { type NodeReport, type SentNodeReport, toNodeReports } from '../cluster-report.ts'
import type { VisitorLimit } from '../crowd.ts'
import { DAY } from '../minute.ts'
import type { Counts, WatchedCounts } from '../presence.ts'
import type { LocalRoom } from './local-room.ts'
import { REMOVE_NODE, RENEW_NODE, SET_VIEWERS } from './presence-scripts.ts'
import type { RedisLink } from './redis-link.ts'

/** The counts of a room on all nodes, and the node that records its history, if there is one. */
export interface SharedCounts extends Counts {
  recorder: string
}

/** The result of a renewal. */
export interface Renewal {
  /** Whether the lease had expired, so that Redis has none of the node's viewers. */
  isNew: boolean
  /** The nodes whose lease has expired. */
  dead: string[]
  /** All other nodes, this one, and their edges. */
  living: NodeReport[]
}

/** The node whose presence is sent. */
export interface PresenceCallsInit {
  link: RedisLink
  /** Identifies this process, and is new at every start. */
  node: string
  /** Milliseconds after which the viewers of a node that died are removed. @default 10000 */
  lease?: number
  /** Maximum of visitors that one address adds to a room. @default 'auto' */
  limit?: VisitorLimit | undefined
  /** The clock that all nodes follow. @default Date.now */
  now?(): number
}

const LEASE = 10_000
/** Fields of rooms that one script reads to remove a dead node. */
const REMOVED_AT_ONCE = 2_000

/** The commands and scripts of a node's presence. Each rejects if Redis cannot be reached. */
export class PresenceCalls {
  readonly #link: RedisLink
  readonly #node: string
  readonly #lease: number
  readonly #limit: VisitorLimit
  readonly #now: () => number
  readonly #reader: BatchedReader<string, string | null>

  constructor({ link, node, lease = LEASE, limit = 'auto', now = Date.now }: PresenceCallsInit) {
    this.#link = link
    this.#node = node
    this.#lease = lease
    this.#limit = limit
    this.#now = now
    this.#reader = new BatchedReader(
      async (rooms) => (await link.call('HMGET', `${link.prefix}watched`, ...rooms)) as (string | null)[],
    )
  }

  /** Renews this node's lease, and reports its own counts. */
  async renew(report: SentNodeReport): Promise<Renewal> {
    const description = JSON.stringify(report)
    const reply = await this.#link.run(RENEW_NODE, ['nodes'], this.#node, this.#lease, description)
    const [isNew, dead, living] = reply as [number, string[], string[]]
    const reports = living.map((text) => JSON.parse(text) as SentNodeReport)
    return {
      isNew: isNew === 1,
      dead,
      living: toNodeReports(reports),
    }
  }

  /** Ends this node's lease. */
  async end(): Promise<void> {
    await this.#link.call('DEL', `${this.#link.prefix}node:${this.#node}`)
  }

  /** Sends the changes of a room. Resolves to the new counts; to undefined if this node's lease has expired. */
  async send(local: LocalRoom): Promise<SharedCounts | undefined> {
    const { added, removed, connections, isWhole } = local.takeChanges()
    const now = this.#now()
    const isKept = !isPassingRoom(local.room)
    const reply = await this.#link.run(
      ...([
        SET_VIEWERS,
        [`viewers:${local.room}`],
        this.#node,
        this.#lease,
        local.room,
        connections,
      ] as const),
      ...[Number(isWhole), Number(local.isWatched), this.#limit, now, Math.floor(now / DAY), Number(isKept)],
      ...[added.length, ...added, ...removed],
    )
    if (!Array.isArray(reply)) return undefined
    const [all, visitors, peak, recorder] = reply as [number, number, number, string]
    return { connections: all, visitors, peak, recorder }
  }

  /** Removes a part of a dead node's viewers. Resolves to the rooms that changed, none if nothing is left. */
  async remove(node: string): Promise<string[]> {
    return (await this.#link.run(REMOVE_NODE, [`of:${node}`], node, REMOVED_AT_ONCE)) as string[]
  }

  /** The rooms in which Redis has viewers of this node. */
  async listOwn(): Promise<string[]> {
    return (await this.#link.call('SMEMBERS', `${this.#link.prefix}of:${this.#node}`)) as string[]
  }

  /** The counts of a room, without its peak. Many rooms share a command. */
  async read(room: string): Promise<Omit<SharedCounts, 'peak'>> {
    return parseCounts(await this.#reader.read(room))
  }

  /** All counts of a room. */
  async fetch(room: string): Promise<Counts> {
    const [{ connections, visitors }, peak] = await Promise.all([
      this.read(room),
      this.#link.call('HGET', `${this.#link.prefix}room:${room}`, '#peak'),
    ])
    return { connections, visitors, peak: Math.max(Number(peak ?? 0), visitors) }
  }

  /** Every room with viewers. */
  async list(): Promise<WatchedCounts[]> {
    const all = (await this.#link.call('HGETALL', `${this.#link.prefix}watched`)) as string[]
    const rooms: WatchedCounts[] = []
    for (let at = 0; at < all.length; at += 2) {
      const { connections, visitors } = parseCounts(all[at + 1] ?? null)
      rooms.push({ room: all[at] ?? '', connections, visitors })
    }
    return rooms
  }
}

/** Parses the sums of a room; zero for one without viewers. */
function parseCounts(text: string | null): Omit<SharedCounts, 'peak'> {
  const [connections = '0', visitors = '0', recorder = ''] = (text ?? '0 0 ').split(' ')
  return { connections: Number(connections), visitors: Number(visitors), recorder }
}
