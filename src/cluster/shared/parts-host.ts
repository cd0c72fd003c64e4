import { isDeepStrictEqual } from 'node:util'
import type { Change } from '../bus.ts'
import { type SentNodeReport, toNodeReports } from '../cluster-report.ts'
import type { ClusterParts } from '../driver.ts'
import { type LeaseTable, MemoryLeases } from '../memory-leases.ts'
import type { Counts, Membership, PresenceKind } from '../presence.ts'
import type { SharedFiles } from '../shared-files.ts'
import type { WriteOptions } from '../store.ts'
import type { Joined } from './parts-link.ts'
import type { Attempt, ListPart } from './shared-store.ts'
import { type Call, type Message, type PartsChannel, toWireError } from './wire.ts'

/** Changes that are collected, for these milliseconds, before they are sent: a crowd's joins share a message. */
const COLLECTED: ReadonlySet<Change> = new Set(['presence', 'hits'])
const COLLECT = 10
/** Milliseconds between two checks whether the store can save. */
const FAULT_CHECK = 500

/** The state of one process that uses the parts. */
interface Client {
  channel: PartsChannel
  leases: MemoryLeases
  memberships: Map<number, Membership>
  lists: Map<number, AsyncIterator<[string, unknown]>>
  report: SentNodeReport | undefined
}

/** A change for all processes but the one that published it. A change of viewers has their counts, if they are known. */
type Sent = { room: string; change: Change; by: Client | undefined; counts?: Counts | undefined }

type Methods = Record<string, (...args: never[]) => unknown>

/** The parts of a cluster of one process, for other processes of the machine. They use them by `SharedDriver`. */
export class PartsHost {
  readonly #parts: ClusterParts
  readonly #files: SharedFiles
  readonly #clients = new Set<Client>()
  readonly #leases: LeaseTable = new Map()
  readonly #changes = new Map<string, Sent>()
  readonly #faultTimer: NodeJS.Timeout
  #sending: NodeJS.Timeout | undefined
  /** Whether the counts of changes are being read that will be sent then. */
  #isCounting = false
  #publisher: Client | undefined
  #fault: string | undefined
  #lastId = 0

  /** @param files those of all processes */
  constructor(parts: ClusterParts, files: SharedFiles) {
    this.#parts = parts
    this.#files = files
    parts.bus.subscribe((room, change) => this.#collect(room, change))
    this.#faultTimer = setInterval(() => this.#checkFault(), FAULT_CHECK).unref()
  }

  /** Serves a process. Returns a function that removes its viewers and leases, to be called when it has ended. */
  add(channel: PartsChannel): () => Promise<void> {
    const client: Client = {
      ...{ channel, leases: new MemoryLeases(this.#leases), memberships: new Map(), lists: new Map() },
      report: undefined,
    }
    this.#clients.add(client)
    const methods = this.#methodsOf(client)
    channel.onMessage((message) => {
      if ('call' in message.parts) void this.#serve(client, methods, message.parts)
    })
    return async () => {
      this.#clients.delete(client)
      await this.#end(client)
      this.#reportNodes()
    }
  }

  /** Ends every timer. The parts stay open. */
  close(): void {
    clearInterval(this.#faultTimer)
    clearTimeout(this.#sending)
  }

  async #serve(client: Client, methods: Methods, { id, call, args }: Call): Promise<void> {
    try {
      const method = Object.hasOwn(methods, call) ? methods[call] : undefined
      if (!method) throw new Error(`there is no call ${call}`)
      const value = await method(...(args as never[]))
      if (id !== undefined) post(client, { parts: { id, value } })
    } catch (error) {
      if (id !== undefined) post(client, { parts: { id, error: toWireError(error) } })
    }
  }

  /** Every call that a process can make. */
  #methodsOf(client: Client): Methods {
    const { bus, presence, store, history, rooms, viewerSecrets, backup, save } = this.#parts
    return {
      'bus.publish': (room: string, change: Change) => {
        this.#publisher = client
        bus.publish(room, change)
        this.#publisher = undefined
      },
      'presence.join': (room: string, viewer: string, kind: PresenceKind) =>
        this.#join(client, room, viewer, kind),
      'presence.leave': async (id: number) => {
        await client.memberships.get(id)?.leave()
        client.memberships.delete(id)
      },
      'presence.counts': (room: string) => presence.counts(room),
      'presence.rooms': () => presence.rooms(),
      'presence.close': () => this.#end(client),
      'store.get': (room: string, name: string) => store.get(room, name),
      'store.set': (room: string, name: string, value: unknown, options?: WriteOptions) =>
        store.set(room, name, value, options),
      'store.delete': (room: string, name: string, options?: WriteOptions) =>
        store.delete(room, name, options),
      'store.add': (room: string, name: string, amount: number, options?: WriteOptions) =>
        store.add(room, name, amount, options),
      'store.replace': (...args: [string, string, unknown, unknown, WriteOptions?]) => this.#replace(...args),
      'store.list': (name: string, limit: number) =>
        this.#listPart(client, store.list(name)[Symbol.asyncIterator](), limit),
      'store.listRest': (id: number, limit: number) => {
        const rest = client.lists.get(id)
        client.lists.delete(id)
        return rest ? this.#listPart(client, rest, limit) : { rows: [], rest: undefined }
      },
      'store.listEnd': async (id: number) => {
        await client.lists.get(id)?.return?.()
        client.lists.delete(id)
      },
      'store.deleteNames': (from: string, to: string) => store.deleteNames(from, to),
      'history.hit': (room: string, amount: number) => history.hit(room, amount),
      'history.read': (...args: Parameters<typeof history.read>) => history.read(...args),
      'history.record': (room: string) => history.record(room),
      'history.peak': (room: string) => history.peak(room),
      'rooms.list': (...args: Parameters<typeof rooms.list>) => rooms.list(...args),
      'rooms.read': (...args: Parameters<typeof rooms.read>) => rooms.read(...args),
      'rooms.count': (...args: Parameters<typeof rooms.count>) => rooms.count(...args),
      'rooms.widgets': (...args: Parameters<typeof rooms.widgets>) => rooms.widgets(...args),
      'rooms.delete': (room: string) => rooms.delete(room),
      'leases.hold': (name: string, duration: number) => client.leases.hold(name, duration),
      'leases.release': (name: string) => client.leases.release(name),
      'leases.close': () => client.leases.close(),
      'files.write': (name: string, bytes: Uint8Array) => this.#files.write(name, Buffer.from(bytes)),
      'files.keep': (name: string) => this.#files.keep(name),
      'files.read': (name: string) => this.#files.read(name),
      'files.remove': (name: string) => this.#files.remove(name),
      'secrets.ofDay': (day: number) => viewerSecrets.ofDay(day),
      ...(backup && { 'parts.backup': () => backup() }),
      'parts.save': () => save?.(),
      'parts.report': (report: SentNodeReport) => {
        client.report = report
        this.#reportNodes()
      },
    } as Methods
  }

  /** Replaces a value if it is still the expected one. */
  async #replace(
    room: string,
    name: string,
    expected: unknown,
    next: unknown,
    options?: WriteOptions,
  ): Promise<Attempt> {
    const { store } = this.#parts
    let current: unknown
    const other = new Error('another value')
    try {
      const value = await store.update(
        room,
        name,
        (stored) => {
          current = stored
          if (!isDeepStrictEqual(stored, expected)) throw other
          return next
        },
        options,
      )
      return { isDone: true, current: value }
    } catch (error) {
      if (error !== other) throw error
      return { isDone: false, current }
    }
  }

  async #join(client: Client, room: string, viewer: string, kind: PresenceKind): Promise<Joined> {
    const { presence } = this.#parts
    const membership = await presence.join(room, viewer, kind)
    // It ended meanwhile.
    if (!this.#clients.has(client)) await membership.leave()
    this.#lastId += 1
    client.memberships.set(this.#lastId, membership)
    return { id: this.#lastId, counts: presence.countsNow(room) }
  }

  async #listPart(client: Client, list: AsyncIterator<[string, unknown]>, limit: number): Promise<ListPart> {
    const rows: ListPart['rows'] = []
    while (rows.length < limit) {
      const { done, value } = await list.next()
      if (done) return { rows, rest: undefined }
      rows.push(value)
    }
    this.#lastId += 1
    client.lists.set(this.#lastId, list)
    return { rows, rest: this.#lastId }
  }

  async #end(client: Client): Promise<void> {
    const memberships = [...client.memberships.values()]
    client.memberships.clear()
    await Promise.all(memberships.map((membership) => membership.leave()))
    await client.leases.close()
  }

  #collect(room: string, change: Change): void {
    const key = `${change} ${room}`
    const known = this.#changes.get(key)
    // A process that published it has delivered it already, unless another one did too.
    const by = known && known.by !== this.#publisher ? undefined : this.#publisher
    this.#changes.set(key, { room, change, by })
    if (COLLECTED.has(change)) this.#sendSoon()
    else this.#sendNow()
  }

  /** Sends a write before the reply to it, so that a client that reads afterwards sees it in every process. */
  #sendNow(): void {
    const taken: Sent[] = []
    for (const [key, each] of this.#changes) {
      const isPresence = each.change === 'presence'
      // Counts that are being read would be sent after newer ones.
      if (isPresence && this.#isCounting) continue
      this.#changes.delete(key)
      taken.push({ ...each, counts: isPresence ? this.#parts.presence.countsNow(each.room) : undefined })
    }
    this.#post(taken)
  }

  #sendSoon(): void {
    this.#sending ??= setTimeout(() => void this.#sendChanges(), COLLECT).unref()
  }

  async #countsOf(room: string): Promise<Counts | undefined> {
    const { presence } = this.#parts
    return presence.countsNow(room) ?? (await presence.counts(room).catch(() => undefined))
  }

  /** One batch at a time, so that the last message about a room has its newest counts. */
  async #sendChanges(): Promise<void> {
    const changes = [...this.#changes.values()]
    this.#changes.clear()
    this.#isCounting = true
    const all = await Promise.all(
      changes.map(async (each) => ({
        ...each,
        counts: each.change === 'presence' ? await this.#countsOf(each.room) : undefined,
      })),
    )
    this.#isCounting = false
    this.#sending = undefined
    if (this.#changes.size > 0) this.#sendSoon()
    this.#post(all)
  }

  /** Sends changes to all processes but the one that published each. */
  #post(all: readonly Sent[]): void {
    for (const client of this.#clients) {
      const others = all.filter(({ by }) => by !== client)
      if (others.length > 0)
        post(client, {
          parts: { changes: others.map(({ room, change, counts }) => [room, change, counts]) },
        })
    }
  }

  #reportNodes(): void {
    const reports = [...this.#clients].flatMap(({ report }) => report ?? [])
    this.#sendAll({ parts: { nodes: toNodeReports(reports) } })
  }

  #checkFault(): void {
    const { fault } = this.#parts.store
    if (fault === this.#fault) return
    this.#fault = fault
    this.#sendAll({ parts: { fault } })
  }

  #sendAll(message: Message): void {
    for (const client of this.#clients) post(client, message)
  }
}

/** A process that has ended meanwhile gets nothing. */
function post({ channel }: Client, message: Message): void {
  try {
    channel.post(message)
  } catch {
    // Its end is reported elsewhere.
  }
}
