import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { isPassingRoom } from '../../widget/room.ts'
import { BatchedReader } from '../batched-reader.ts'
import type { Bus } from '../bus.ts'
import type { VisitorLimit } from '../crowd.ts'
import type { History } from '../history.ts'
import { DAY } from '../minute.ts'
import type { Counts, Membership, Presence, PresenceKind, RoomCounts, WatchedCounts } from '../presence.ts'
import { LocalRoom } from './local-room.ts'
import { REMOVE_NODE, RENEW_NODE, SET_VIEWERS } from './presence-scripts.ts'
import type { RedisLink } from './redis-link.ts'

/** The options of a presence. */
export interface RedisPresenceInit {
  link: RedisLink
  bus: Bus
  history: Pick<History, 'note'>
  /** Identifies this process, and is new at every start. */
  node: string
  /** Describes this process to operators, as JSON. Called at every renewal. @default an empty object */
  describe?: (() => string) | undefined
  /** Maximum of visitors that one address adds to a room. @default 'auto' */
  limit?: VisitorLimit | undefined
  log: Logger
  /** Milliseconds after which the viewers of a node that died are removed. @default 10000 */
  lease?: number
  /** Milliseconds between two renewals of the lease. @default 3000 */
  renewal?: number
}

const LEASE = 10_000
const RENEWAL = 3_000
/** Renewals between two reads of every room: they heal what a lost message leaves. */
const READ_EVERY = 5
/** Milliseconds that a join waits for Redis, so that the first picture has its viewer: longer, nobody waits. */
const JOIN_TIMEOUT = 100
/** Rooms sent at once after a reconnect. */
const SENT_AT_ONCE = 200
/** Fields of rooms that one script reads to remove a dead node. */
const REMOVED_AT_ONCE = 2_000

/** The presence of a cluster in Redis: each node sends its own viewers, and Redis has the sums. */
export class RedisPresence implements Presence {
  readonly #init: RedisPresenceInit
  readonly #link: RedisLink
  readonly #rooms = new Map<string, LocalRoom>()
  readonly #reader: BatchedReader<string, string | null>
  readonly #unsubscribe: readonly (() => void)[]
  readonly #lease: number
  readonly #timer: NodeJS.Timeout
  #nodes: readonly string[] = []
  /** Whether Redis has every viewer of this node, and its counts are those of all nodes. */
  #isSynced = false
  #renewing: Promise<void> | undefined
  #renewals = 0
  #isPublishing = false
  #closing: Promise<void> | undefined

  constructor(init: RedisPresenceInit) {
    const { link, bus } = init
    this.#init = init
    this.#link = link
    this.#lease = init.lease ?? LEASE
    this.#reader = new BatchedReader(
      async (rooms) => (await link.call('HMGET', `${link.prefix}watched`, ...rooms)) as string[],
    )
    this.#unsubscribe = [
      link.onUp(() => void this.renew()),
      link.onDown(() => this.#lose()),
      bus.subscribe((room, change) => {
        const local = change === 'presence' && !this.#isPublishing ? this.#rooms.get(room) : undefined
        if (local) void this.#read(local)
      }),
    ]
    this.#timer = setInterval(() => void this.renew(), init.renewal ?? RENEWAL).unref()
  }

  get openRooms(): number {
    return [...this.#rooms.values()].filter(({ isWatched }) => isWatched).length
  }

  /** Whether the counts are those of this node alone. */
  get isPartial(): boolean {
    return !this.#isSynced
  }

  /** The descriptions of all nodes, as of the last renewal. */
  get nodes(): readonly string[] {
    return this.#nodes
  }

  async join(room: string, viewer: string, kind: PresenceKind = 'stream'): Promise<Membership> {
    const local = this.#localOf(room)
    local.add(viewer, kind)
    await this.#change(local)
    let left = false
    return {
      leave: async () => {
        if (left) return
        left = true
        local.delete(viewer, kind)
        // A room that was forgotten meanwhile has no viewers.
        if (this.#rooms.get(room) === local) await this.#change(local)
      },
    }
  }

  async counts(room: string): Promise<RoomCounts> {
    const local = this.#rooms.get(room)
    await local?.reading
    const known = this.#isSynced ? local?.newest : undefined
    if (known) return known
    if (this.#isSynced) {
      const counts = await this.#fetch(room).catch(() => undefined)
      if (counts) return { ...counts, visitors: Math.max(counts.visitors, local?.own.visitors ?? 0) }
    }
    return { ...this.#ownCounts(room), isPartial: true }
  }

  countsNow(room: string): Counts | undefined {
    const local = this.#rooms.get(room)
    if (!this.#isSynced) return this.#ownCounts(room)
    return local?.reading ? undefined : local?.newest
  }

  async rooms(): Promise<WatchedCounts[]> {
    const watched = this.#isSynced ? await this.#readWatched().catch(() => undefined) : undefined
    if (watched) return watched
    return [...this.#rooms.values()]
      .filter(({ isWatched }) => isWatched)
      .map(({ room, own }) => ({ room, ...own }))
  }

  /** Renews the lease, sends what Redis does not have, and removes dead nodes. Never rejects. */
  renew(): Promise<void> {
    this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = undefined
    })
    return this.#renewing
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    clearInterval(this.#timer)
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
    const rooms = [...this.#rooms.values()]
    await Promise.all([this.#renewing, ...rooms.map(({ sending }) => sending)])
    this.#rooms.clear()
    this.#isSynced = false
    try {
      await this.#link.call('DEL', `${this.#link.prefix}node:${this.#init.node}`)
      await this.#remove(this.#init.node)
    } catch {
      // Other nodes remove this one when its lease expires.
    }
  }

  #localOf(room: string): LocalRoom {
    const local = this.#rooms.get(room) ?? new LocalRoom(room, this.#init.limit)
    this.#rooms.set(room, local)
    return local
  }

  /** Resolves when Redis has a change, or soon. */
  async #change(local: LocalRoom): Promise<void> {
    if (this.#closing) return
    if (!this.#isSynced) {
      this.#noteHistory(local)
      return this.#publish(local.room)
    }
    const sending = this.#send(local)
    const timeout = new AbortController()
    await Promise.race([sending, sleep(JOIN_TIMEOUT, undefined, { signal: timeout.signal }).catch(() => {})])
    timeout.abort()
  }

  /** Sends the changes of a room until Redis has all of them. Never rejects. */
  #send(local: LocalRoom): Promise<void> {
    local.sending ??= this.#sendAll(local).finally(() => {
      local.sending = undefined
    })
    return local.sending
  }

  async #sendAll(local: LocalRoom): Promise<void> {
    while (local.isChanged && this.#isSynced) {
      if (!(await this.#sendChanges(local))) return this.#lose()
      this.#publish(local.room)
    }
    this.#forgetIfEmpty(local)
  }

  /** Sends the changes of a room once. Returns whether Redis has them. */
  async #sendChanges(local: LocalRoom): Promise<boolean> {
    const { added, removed, connections, isWhole } = local.takeChanges()
    const { node, limit = 'auto' } = this.#init
    const now = Date.now()
    const flags = [isWhole, local.isWatched].map(Number)
    const isKept = Number(!isPassingRoom(local.room))
    const reply = await this.#link
      .run(
        ...([SET_VIEWERS, [`viewers:${local.room}`], node, this.#lease, local.room, connections] as const),
        ...[...flags, limit, now, Math.floor(now / DAY), isKept, added.length, ...added, ...removed],
      )
      .catch(() => null)
    if (!Array.isArray(reply)) {
      local.forgetSent()
      return false
    }
    const [all, visitors, peak, recorder] = reply as [number, number, number, string]
    this.#note(local, { connections: all, visitors, peak }, recorder)
    return true
  }

  async #read(local: LocalRoom): Promise<void> {
    if (!this.#isSynced) return
    // A read that began before the message may have the old counts.
    const reading = (local.reading ?? Promise.resolve()).then(() => this.#readNow(local))
    local.reading = reading
    await reading
    if (local.reading === reading) local.reading = undefined
  }

  async #readNow(local: LocalRoom): Promise<void> {
    const { known } = local
    const text = await this.#reader.read(local.room).catch(() => undefined)
    // A reply to changes of this node is newer.
    if (text === undefined || local.known !== known || local.sending) return
    const { connections, visitors, recorder } = parseCounts(text)
    const peak = Math.max(known?.peak ?? 0, visitors)
    this.#note(local, { connections, visitors, peak }, recorder)
    // The node that recorded it has left: this one takes over.
    if (recorder !== '' || !local.isWatched) return
    local.forgetSent()
    await this.#send(local)
  }

  #note(local: LocalRoom, counts: Counts, recorder: string): void {
    local.known = counts
    const wasRecorder = local.isRecorder
    local.isRecorder = recorder === this.#init.node
    if (local.isRecorder) this.#init.history.note(local.room, counts)
    else if (wasRecorder) this.#init.history.note(local.room, { connections: 0, visitors: 0 })
  }

  /** While Redis cannot be reached, the recorder records its own viewers. */
  #noteHistory(local: LocalRoom): void {
    if (local.isRecorder) this.#init.history.note(local.room, local.own)
  }

  #forgetIfEmpty(local: LocalRoom): void {
    if (local.isWatched || local.isChanged || !this.#isSynced) return
    if (this.#rooms.get(local.room) === local) this.#rooms.delete(local.room)
  }

  /** Counts only this node's viewers until Redis has them again. */
  #lose(): void {
    if (!this.#isSynced) return
    this.#isSynced = false
    for (const local of this.#rooms.values()) {
      local.forgetSent()
      this.#noteHistory(local)
    }
    this.#publishAll()
    // A lease that expired is renewed at once; otherwise the link or the next renewal does.
    if (this.#link.isUp && !this.#closing) setTimeout(() => void this.renew(), JOIN_TIMEOUT).unref()
  }

  async #renew(): Promise<void> {
    if (this.#closing || !this.#link.isUp) return
    const { node, describe = () => '{}' } = this.#init
    try {
      const reply = await this.#link.run(RENEW_NODE, ['nodes'], node, this.#lease, describe())
      const [isNew, dead, living] = reply as [number, string[], string[]]
      this.#nodes = living
      if (isNew === 1) this.#lose()
      if (!this.#isSynced) await this.#sendEverything()
      for (const each of dead) await this.#remove(each)
      this.#renewals += 1
      if (this.#renewals % READ_EVERY === 0) for (const local of this.#rooms.values()) void this.#read(local)
    } catch (error) {
      if (this.#isSynced) this.#init.log.warn({ error: (error as Error).message }, 'cannot renew presence')
      this.#lose()
    }
  }

  /** Sends every viewer of this node, and takes back those that Redis has of before. */
  async #sendEverything(): Promise<void> {
    const listed = await this.#link.call('SMEMBERS', `${this.#link.prefix}of:${this.#init.node}`)
    for (const room of listed as string[]) this.#localOf(room)
    const all = [...this.#rooms.values()]
    for (const local of all) local.forgetSent()
    for (let at = 0; at < all.length; at += SENT_AT_ONCE) {
      const sent = await Promise.all(
        all.slice(at, at + SENT_AT_ONCE).map((local) => this.#sendChanges(local)),
      )
      if (sent.includes(false)) throw new Error('Redis did not take the viewers of a room')
    }
    this.#isSynced = true
    this.#publishAll()
    // Viewers may have come or left meanwhile.
    for (const local of [...this.#rooms.values()]) void this.#send(local)
  }

  async #remove(node: string): Promise<void> {
    for (;;) {
      const key = `of:${node}`
      const rooms = (await this.#link.run(REMOVE_NODE, [key], node, REMOVED_AT_ONCE)) as string[]
      if (rooms.length === 0) return
      for (const room of rooms) {
        this.#publish(room)
        const local = this.#rooms.get(room)
        if (local) void this.#read(local)
      }
    }
  }

  async #fetch(room: string): Promise<Counts> {
    const [text, peak] = await Promise.all([
      this.#reader.read(room),
      this.#link.call('HGET', `${this.#link.prefix}room:${room}`, '#peak'),
    ])
    const { connections, visitors } = parseCounts(text)
    return { connections, visitors, peak: Math.max(Number(peak ?? 0), visitors) }
  }

  async #readWatched(): Promise<WatchedCounts[]> {
    const all = (await this.#link.call('HGETALL', `${this.#link.prefix}watched`)) as string[]
    const rooms: WatchedCounts[] = []
    for (let at = 0; at < all.length; at += 2) {
      const { connections, visitors } = parseCounts(all[at + 1] ?? null)
      rooms.push({ room: all[at] ?? '', connections, visitors })
    }
    return rooms
  }

  #ownCounts(room: string): Counts {
    const local = this.#rooms.get(room)
    const { connections = 0, visitors = 0 } = local?.own ?? {}
    return { connections, visitors, peak: Math.max(local?.known?.peak ?? 0, visitors) }
  }

  #publishAll(): void {
    for (const room of [...this.#rooms.keys()]) this.#publish(room)
  }

  #publish(room: string): void {
    this.#isPublishing = true
    this.#init.bus.publish(room, 'presence')
    this.#isPublishing = false
  }
}

/** Parses the sums of a room; zero for one without viewers. */
function parseCounts(text: string | null): { connections: number; visitors: number; recorder: string } {
  const [connections = '0', visitors = '0', recorder = ''] = (text ?? '0 0 ').split(' ')
  return { connections: Number(connections), visitors: Number(visitors), recorder }
}
