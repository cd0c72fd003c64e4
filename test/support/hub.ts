import { randomBytes } from 'node:crypto'
import { pino } from 'pino'
import type { Bus, Change, ChangeListener } from '../../src/cluster/bus.ts'
import { Crowd } from '../../src/cluster/crowd.ts'
import type { ClusterParts, Driver } from '../../src/cluster/driver.ts'
import type { History } from '../../src/cluster/history.ts'
import { Listeners } from '../../src/cluster/listeners.ts'
import { MemoryArchive } from '../../src/cluster/memory-archive.ts'
import { type LeaseTable, MemoryLeases } from '../../src/cluster/memory-leases.ts'
import { MemoryRoomTable } from '../../src/cluster/memory-room-table.ts'
import { MemoryStore } from '../../src/cluster/memory-store.ts'
import { MemoryViewerSecrets } from '../../src/cluster/memory-viewer-secrets.ts'
import type {
  Membership,
  Presence,
  PresenceKind,
  RoomCounts,
  WatchedCounts,
} from '../../src/cluster/presence.ts'
import { RoomDirectory } from '../../src/cluster/room-directory.ts'
import type { SharedFiles } from '../../src/cluster/shared-files.ts'
import { stopping } from '../../src/errors.ts'
import { memoryHistory } from './memory-history.ts'

/** Who is present on one node: by room and viewer, how many streams and stills each has. */
type Streams = Map<string, Map<string, Record<PresenceKind, number>>>

/** What the hub knows of one node. */
interface Part {
  streams: Streams
  /** The count of a node that no longer renews its part ends at this time. */
  until: number
}

const LEASE = 10_000

/**
 * A cluster of several nodes in one process, as a reference for drivers and for tests: everything that nodes share is in
 * the hub, and each node can be cut off or killed. Time stands still until `pass` is called.
 */
export class Hub {
  readonly nodes = new Set<HubNode>()
  readonly parts = new Map<string, Part>()
  readonly leases: LeaseTable = new Map()
  readonly secrets = new MemoryViewerSecrets()
  readonly history: History
  readonly store: MemoryStore
  readonly rooms: RoomDirectory
  readonly files = new HubFiles()
  /** The bus of the node that is writing to the store. */
  #publisher: Bus | undefined
  #now = 1_000_000

  constructor() {
    const archive = new MemoryArchive()
    const history = memoryHistory(() => this.#now, archive)
    this.history = history
    const relay = { publish: (room: string, change: Change) => this.#publisher?.publish(room, change) }
    this.store = new MemoryStore(relay as unknown as Bus)
    this.rooms = new RoomDirectory({
      table: new MemoryRoomTable(archive, this.store),
      memories: [history],
      log: pino({ level: 'silent' }),
      now: () => this.#now,
    })
  }

  /** A driver that joins this hub. */
  readonly driver: Driver = {
    expected: 'a hub',
    accepts: () => true,
    open: async () => this.join().parts,
  }

  get now(): number {
    return this.#now
  }

  join(): HubNode {
    const node = new HubNode(this)
    this.nodes.add(node)
    return node
  }

  /** Lets time go by: nodes that are connected renew their part. */
  async pass(milliseconds: number): Promise<void> {
    this.#now += milliseconds
    for (const node of this.nodes) node.renew()
    for (const [epoch, { until }] of this.parts) if (until <= this.#now) this.parts.delete(epoch)
  }

  /** The store as a node with a bus writes to it. */
  storeOf(bus: Bus): MemoryStore {
    const { store } = this
    let isClosed = false
    // The shared store writes and publishes in the turn of the call.
    return new Proxy(store, {
      get: (_target, name: keyof MemoryStore) => {
        // `await` reads `then` of every object.
        if (typeof store[name] !== 'function') return undefined
        if (name === 'close')
          return async () => {
            isClosed = true
          }
        return (...args: never[]) => {
          if (isClosed) return refused(name)
          this.#publisher = bus
          try {
            return (store[name] as (...args: never[]) => unknown).apply(store, args)
          } finally {
            this.#publisher = undefined
          }
        }
      },
    })
  }
}

/** One node of a hub. */
export class HubNode {
  readonly epoch = randomBytes(4).toString('hex')
  readonly bus: HubBus
  readonly presence: HubPresence
  readonly parts: ClusterParts
  readonly #hub: Hub
  #isCut = false

  constructor(hub: Hub) {
    this.#hub = hub
    this.bus = new HubBus(this, hub)
    this.presence = new HubPresence(this, hub)
    const memoryLeases = new MemoryLeases(hub.leases, () => hub.now)
    const leases = {
      hold: async (name: string, duration: number) => !this.#isCut && memoryLeases.hold(name, duration),
      release: async (name: string) => (this.#isCut ? undefined : memoryLeases.release(name)),
      close: async () => (this.#isCut ? undefined : memoryLeases.close()),
    }
    this.parts = {
      ...{ bus: this.bus, presence: this.presence, leases, history: hub.history, rooms: hub.rooms },
      ...{ store: hub.storeOf(this.bus), viewerSecrets: hub.secrets, files: hub.files },
      close: async () => {
        await this.presence.close()
        await leases.close()
        await this.parts.store.close()
        await this.bus.close()
        hub.nodes.delete(this)
      },
    }
  }

  get isCut(): boolean {
    return this.#isCut
  }

  /** Cuts the node off: it neither sends nor receives, and its part is not renewed. */
  cut(): void {
    this.renew()
    this.#isCut = true
    const part = this.#hub.parts.get(this.epoch)
    if (part) part.streams = structuredClone(part.streams)
  }

  reconnect(): void {
    this.#isCut = false
    this.renew()
    this.bus.reconnected()
  }

  /** Ends the node without a word, as `kill -9` does. */
  kill(): void {
    this.cut()
    this.#hub.nodes.delete(this)
  }

  renew(): void {
    if (this.#isCut || this.presence.isClosed) return
    this.#hub.parts.set(this.epoch, { streams: this.presence.streams, until: this.#hub.now + LEASE })
  }
}

/** Files of all nodes, in memory. */
class HubFiles implements SharedFiles {
  /** What is kept, by name. */
  readonly kept = new Map<string, Buffer>()
  readonly #written = new Map<string, Buffer>()

  async write(name: string, bytes: Buffer): Promise<void> {
    if (this.#written.has(name)) throw new Error(`${name} is written twice`)
    this.#written.set(name, bytes)
  }

  async keep(name: string): Promise<void> {
    const bytes = this.#written.get(name)
    if (bytes) this.kept.set(name, bytes)
  }

  async read(name: string): Promise<Buffer | undefined> {
    return this.#written.get(name)
  }

  async remove(name: string): Promise<void> {
    this.#written.delete(name)
    this.kept.delete(name)
  }
}

class HubBus implements Bus {
  readonly #node: HubNode
  readonly #hub: Hub
  readonly #listeners: Listeners<[room: string, change: Change]>
  readonly #reconnects = new Listeners<[]>()
  readonly logged: string[] = []
  #isClosed = false

  constructor(node: HubNode, hub: Hub) {
    this.#node = node
    this.#hub = hub
    const write = (line: string) => void this.logged.push((JSON.parse(line) as { msg: string }).msg)
    this.#listeners = new Listeners(pino({}, { write }))
  }

  publish(room: string, change: Change): void {
    if (this.#isClosed) return
    for (const node of this.#hub.nodes)
      if (node === this.#node || !(node.isCut || this.#node.isCut)) node.bus.deliver(room, change)
  }

  deliver(room: string, change: Change): void {
    if (!this.#isClosed) this.#listeners.call(room, change)
  }

  reconnected(): void {
    this.#reconnects.call()
  }

  subscribe(listener: ChangeListener): () => void {
    return this.#listeners.add(listener)
  }

  onReconnect(listener: () => void): () => void {
    return this.#reconnects.add(listener)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#reconnects.clear()
  }
}

class HubPresence implements Presence {
  /** The streams of this node. */
  readonly streams: Streams = new Map()
  readonly #node: HubNode
  readonly #hub: Hub
  isClosed = false

  constructor(node: HubNode, hub: Hub) {
    this.#node = node
    this.#hub = hub
  }

  get openRooms(): number {
    return this.streams.size
  }

  async join(room: string, viewer: string, kind: PresenceKind = 'stream'): Promise<Membership> {
    this.#add(room, viewer, kind, 1)
    let hasLeft = false
    return {
      leave: async () => {
        if (hasLeft) return
        hasLeft = true
        this.#add(room, viewer, kind, -1)
      },
    }
  }

  async counts(room: string): Promise<RoomCounts> {
    const counts = this.#count(room)
    const peak = await this.#hub.history.peak(room)
    return { ...counts, peak, ...(this.#node.isCut && { isPartial: true as const }) }
  }

  countsNow(): undefined {
    return undefined
  }

  async rooms(): Promise<WatchedCounts[]> {
    const rooms = new Set(this.#parts().flatMap((streams) => [...streams.keys()]))
    return [...rooms].map((room) => ({ room, ...this.#count(room) }))
  }

  async close(): Promise<void> {
    this.isClosed = true
    if (!this.#node.isCut) this.#hub.parts.delete(this.#node.epoch)
  }

  #add(room: string, viewer: string, kind: PresenceKind, change: 1 | -1): void {
    const viewers = this.streams.get(room) ?? new Map<string, Record<PresenceKind, number>>()
    const present = viewers.get(viewer) ?? { stream: 0, still: 0 }
    present[kind] += change
    if (present.stream + present.still > 0) viewers.set(viewer, present)
    else viewers.delete(viewer)
    if (viewers.size > 0) this.streams.set(room, viewers)
    else this.streams.delete(room)
    if (this.isClosed) return
    this.#node.renew()
    if (!this.#node.isCut) this.#hub.history.note(room, this.#count(room))
    this.#node.bus.publish(room, 'presence')
  }

  #parts(): Streams[] {
    if (this.#node.isCut) return [this.streams]
    const others = [...this.#hub.parts].filter(
      ([epoch, { until }]) => epoch !== this.#node.epoch && until > this.#hub.now,
    )
    return [this.streams, ...others.map(([, { streams }]) => streams)]
  }

  #count(room: string): { connections: number; visitors: number } {
    const crowd = new Crowd()
    for (const streams of this.#parts())
      for (const [viewer, { stream }] of streams.get(room) ?? []) crowd.add(viewer, { connections: stream })
    return { connections: crowd.connections, visitors: crowd.visitors }
  }
}

/** What a call of a closed store returns. */
function refused(name: string): unknown {
  const error = stopping()
  if (name !== 'list') return Promise.reject(error)
  return (async function* () {
    yield* []
    throw error
  })()
}
