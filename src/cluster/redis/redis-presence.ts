import type { Logger } from 'pino'
import { settledWithin } from '../../system/settled-within.ts'
import type { Bus } from '../bus.ts'
import type { ClusterReport, NodeFacts, NodeReport } from '../cluster-report.ts'
import type { History } from '../history.ts'
import type { Counts, Membership, Presence, PresenceKind, RoomCounts, WatchedCounts } from '../presence.ts'
import { LocalRoom, sumOwn } from './local-room.ts'
import { PresenceCalls, type PresenceCallsInit, type SharedCounts } from './presence-calls.ts'
import type { RedisLink } from './redis-link.ts'

/** The options of a presence. */
export interface RedisPresenceInit extends PresenceCallsInit {
  bus: Bus
  history: Pick<History, 'note'>
  /** The name of this process, for operators. */
  name: string
  /** What else is reported of this process. */
  facts?(): NodeFacts | undefined
  log: Logger
  /** Milliseconds between two renewals of the lease. @default 3000 */
  renewal?: number
}

const RENEWAL = 3_000
/** Renewals between two reads of every room: they heal what a lost message leaves. */
const READ_EVERY = 5
/** Milliseconds that a join waits for Redis, so that the first picture has its viewer: no viewer waits longer. */
const JOIN_TIMEOUT = 100
/** Rooms sent at once after a reconnect. */
const SENT_AT_ONCE = 200

/** The presence of a cluster in Redis: each node sends its own viewers, and Redis has the sums. */
export class RedisPresence implements Presence {
  readonly #init: RedisPresenceInit
  readonly #link: RedisLink
  readonly #calls: PresenceCalls
  readonly #rooms = new Map<string, LocalRoom>()
  readonly #unsubscribe: readonly (() => void)[]
  readonly #timer: NodeJS.Timeout
  #nodes: NodeReport[] = []
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
    this.#calls = new PresenceCalls(init)
    this.#unsubscribe = [
      link.onUp(() => void this.renew()),
      link.onDown(() => this.#lose()),
      bus.subscribe((room, change) => {
        const local = change === 'presence' && !this.#isPublishing ? this.#rooms.get(room) : undefined
        if (local) this.#refresh(local)
      }),
    ]
    this.#timer = setInterval(() => void this.renew(), init.renewal ?? RENEWAL).unref()
  }

  get openRooms(): number {
    return sumOwn(this.#rooms.values()).rooms
  }

  /** The nodes, as of the last renewal, and whether the counts are those of all. */
  get report(): ClusterReport {
    return { nodes: this.#nodes, isPartial: !this.#isSynced }
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
    // A pass that had begun before the newest message may have the old counts: the next one has the new ones.
    for (let pass = 0; pass < 2 && local?.isStale; pass += 1) await local.pass
    const known = this.#isSynced ? local?.newest : undefined
    if (known) return known
    if (this.#isSynced) {
      const counts = await this.#calls.fetch(room).catch(() => undefined)
      if (counts) return { ...counts, visitors: Math.max(counts.visitors, local?.own.visitors ?? 0) }
    }
    return { ...this.#ownCounts(room), isPartial: true }
  }

  countsNow(room: string): RoomCounts | undefined {
    const local = this.#rooms.get(room)
    if (!this.#isSynced) return { ...this.#ownCounts(room), isPartial: true }
    return local?.isStale ? undefined : local?.newest
  }

  async rooms(): Promise<WatchedCounts[]> {
    const watched = this.#isSynced ? await this.#calls.list().catch(() => undefined) : undefined
    if (watched) return watched
    return [...this.#rooms.values()]
      .filter(({ isWatched }) => isWatched)
      .map(({ room, own: { connections, visitors } }) => ({ room, connections, visitors }))
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
    await Promise.all([this.#renewing, ...rooms.map(({ updating }) => updating)])
    this.#rooms.clear()
    this.#isSynced = false
    try {
      await this.#calls.end()
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
    await settledWithin(JOIN_TIMEOUT, this.#update(local))
  }

  /** Reads the counts of a room, because they changed. */
  #refresh(local: LocalRoom): void {
    local.noteMessage()
    void this.#update(local)
  }

  /** Sends changes and reads counts until both sides have the other's. Never rejects. */
  #update(local: LocalRoom): Promise<void> {
    local.updating ??= this.#updateAll(local)
    return local.updating
  }

  async #updateAll(local: LocalRoom): Promise<void> {
    // Changes of one turn of the event loop share a call.
    await Promise.resolve()
    while ((local.isChanged || local.isStale) && this.#isSynced) {
      const isSending = local.isChanged
      // One call at a time, so that no reply overtakes another.
      const pass = isSending ? this.#send(local) : this.#read(local)
      local.pass = pass
      if (!(await pass)) this.#lose()
      else if (isSending) this.#publish(local.room)
    }
    // In the same turn as the check, so that no change is left behind.
    local.updating = undefined
    this.#forgetIfEmpty(local)
  }

  /** Sends the changes of a room. Returns whether Redis has them. */
  async #send(local: LocalRoom): Promise<boolean> {
    const { messages } = local
    const counts = await this.#calls.send(local).catch(() => undefined)
    if (counts) this.#note(local, counts, messages)
    else local.forgetSent()
    return counts !== undefined
  }

  /** Reads the counts of a room. Returns whether Redis had them. */
  async #read(local: LocalRoom): Promise<boolean> {
    const { messages } = local
    const counts = await this.#calls.read(local.room).catch(() => undefined)
    if (!counts) return false
    this.#note(local, { ...counts, peak: Math.max(local.known?.peak ?? 0, counts.visitors) }, messages)
    // The node that recorded the history has left: this one takes over.
    if (counts.recorder === '' && local.isWatched) local.claim()
    return true
  }

  #note(local: LocalRoom, { recorder, ...counts }: SharedCounts, messages: number): void {
    local.noteCounts(counts, messages)
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
    this.#publish(...this.#rooms.keys())
    // A lease that expired is renewed at once; otherwise the link or the next renewal does.
    if (this.#link.isUp && !this.#closing) setTimeout(() => void this.renew(), JOIN_TIMEOUT).unref()
  }

  async #renew(): Promise<void> {
    if (this.#closing || !this.#link.isUp) return
    try {
      const own = { name: this.#init.name, ...sumOwn(this.#rooms.values()), ...this.#init.facts?.() }
      const { isNew, dead, living } = await this.#calls.renew(own)
      this.#nodes = living
      if (isNew) this.#lose()
      if (!this.#isSynced) await this.#sendEverything()
      for (const each of dead) await this.#remove(each)
      this.#renewals += 1
      if (this.#renewals % READ_EVERY === 0) for (const local of this.#rooms.values()) this.#refresh(local)
    } catch (error) {
      if (this.#isSynced) this.#init.log.warn({ error: (error as Error).message }, 'cannot renew presence')
      this.#lose()
    }
  }

  /** Sends every viewer of this node, and takes back those that Redis has of before. */
  async #sendEverything(): Promise<void> {
    for (const room of await this.#calls.listOwn()) this.#localOf(room)
    const all = [...this.#rooms.values()]
    for (const local of all) local.forgetSent()
    for (let at = 0; at < all.length; at += SENT_AT_ONCE) {
      const sent = await Promise.all(all.slice(at, at + SENT_AT_ONCE).map((local) => this.#send(local)))
      if (sent.includes(false)) throw new Error('Redis did not take the viewers of a room')
    }
    this.#isSynced = true
    this.#publish(...this.#rooms.keys())
    // Viewers may have come or left meanwhile.
    for (const local of [...this.#rooms.values()]) void this.#update(local)
  }

  async #remove(node: string): Promise<void> {
    for (;;) {
      const rooms = await this.#calls.remove(node)
      if (rooms.length === 0) return
      this.#publish(...rooms)
      for (const local of rooms.map((room) => this.#rooms.get(room))) if (local) this.#refresh(local)
    }
  }

  /** The counts of this node alone. */
  #ownCounts(room: string): Counts {
    return this.#rooms.get(room)?.own ?? { connections: 0, visitors: 0, peak: 0 }
  }

  #publish(...rooms: string[]): void {
    this.#isPublishing = true
    for (const room of rooms) this.#init.bus.publish(room, 'presence')
    this.#isPublishing = false
  }
}
