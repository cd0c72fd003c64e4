import type { Logger } from 'pino'
import type { Bus, Change, ChangeListener } from '../bus.ts'
import { Listeners } from '../listeners.ts'
import type { RedisLink } from './redis-link.ts'

/** The options of a bus. */
export interface RedisBusInit {
  link: RedisLink
  /** Identifies this node: it ignores its own messages, which reached its listeners before. */
  node: string
  log?: Logger | undefined
  /** Milliseconds between two messages about a room. @default 100 */
  interval?: number
}

/** A letter for every change. */
const LETTERS: Readonly<Record<Change, string>> = {
  presence: 'p',
  state: 's',
  hits: 'h',
  settings: 'c',
  deleted: 'd',
  redraw: 'r',
}
const CHANGES = new Map(Object.entries(LETTERS).map(([change, letter]) => [letter, change as Change]))
/** About every room: sent if too many messages could not be sent. */
const EVERYTHING = '*'
const INTERVAL = 100
/** Rooms with a message that waits for Redis. */
const MAX_UNSENT = 10_000

/**
 * Sends changes through a channel of Redis. A message has the node, the kinds of change and the room. A node sends at most
 * ten messages a second about a room: further changes wait for the next.
 */
export class RedisBus implements Bus {
  readonly #link: RedisLink
  readonly #node: string
  readonly #interval: number
  readonly #listeners: Listeners<[room: string, change: Change]>
  readonly #reconnectListeners: Listeners<[]>
  readonly #unsubscribe: readonly (() => void)[]
  /** Rooms with a recent message, and the changes since. */
  readonly #recent = new Map<string, { timer: NodeJS.Timeout; changes: Set<Change> }>()
  /** Changes that Redis did not receive. */
  readonly #unsent = new Map<string, Set<Change>>()
  #isAllUnsent = false
  #wasUp = false
  #isClosed = false

  constructor({ link, node, log, interval = INTERVAL }: RedisBusInit) {
    this.#link = link
    this.#node = node
    this.#interval = interval
    this.#listeners = new Listeners(log)
    this.#reconnectListeners = new Listeners(log)
    this.#wasUp = link.isUp
    this.#unsubscribe = [link.onMessage((message) => this.#receive(message)), link.onUp(() => this.#onUp())]
  }

  publish(room: string, change: Change): void {
    if (this.#isClosed) return
    const recent = this.#recent.get(room)
    if (recent) recent.changes.add(change)
    else void this.#open(room, new Set([change]))
    this.#listeners.call(room, change)
  }

  subscribe(listener: ChangeListener): () => void {
    return this.#listeners.add(listener)
  }

  onReconnect(listener: () => void): () => void {
    return this.#reconnectListeners.add(listener)
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
    this.#listeners.clear()
    this.#reconnectListeners.clear()
    const waiting = [...this.#recent]
    this.#recent.clear()
    for (const [, { timer }] of waiting) clearTimeout(timer)
    await Promise.all(waiting.map(([room, { changes }]) => this.#send(room, changes)))
  }

  /** Sends changes, and holds further ones back for an interval. */
  async #open(room: string, changes: Set<Change>): Promise<void> {
    const timer = setTimeout(() => {
      const held = this.#recent.get(room)?.changes
      this.#recent.delete(room)
      if (held && held.size > 0) void this.#open(room, held)
    }, this.#interval).unref()
    this.#recent.set(room, { timer, changes: new Set() })
    await this.#send(room, changes)
  }

  async #send(room: string, changes: Set<Change>): Promise<void> {
    if (changes.size === 0) return
    const letters = [...changes].map((change) => LETTERS[change]).join('')
    try {
      await this.#link.call('PUBLISH', this.#link.channel, `${this.#node} ${letters} ${room}`)
    } catch {
      this.#keep(room, changes)
    }
  }

  #keep(room: string, changes: Set<Change>): void {
    const unsent = this.#unsent.get(room)
    if (unsent) for (const change of changes) unsent.add(change)
    else if (this.#unsent.size < MAX_UNSENT) this.#unsent.set(room, changes)
    else this.#isAllUnsent = true
  }

  #onUp(): void {
    const unsent = [...this.#unsent]
    this.#unsent.clear()
    if (this.#isAllUnsent) {
      this.#isAllUnsent = false
      this.#link.call('PUBLISH', this.#link.channel, `${this.#node} ${EVERYTHING} `).catch(() => {
        this.#isAllUnsent = true
      })
    } else for (const [room, changes] of unsent) void this.#send(room, changes)
    if (this.#wasUp) this.#reconnectListeners.call()
    this.#wasUp = true
  }

  #receive(message: string): void {
    const [, node, letters = '', room = ''] = /^(\S+) (\S+) (.*)$/s.exec(message) ?? []
    if (node === undefined || node === this.#node) return
    if (letters === EVERYTHING) return this.#reconnectListeners.call()
    for (const letter of letters) {
      const change = CHANGES.get(letter)
      if (change) this.#listeners.call(room, change)
    }
  }
}
