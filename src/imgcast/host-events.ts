import { EventEmitter } from 'node:events'
import type { Logger } from 'pino'
import type { LiveEvent, RoomEvents } from '../channel/room-events.ts'
import { quote } from '../errors.ts'

/** The events by type, and what their listeners get. */
export interface HostEventMap {
  join: [event: LiveEvent]
  leave: [event: LiveEvent]
  state: [event: LiveEvent]
  delete: [event: LiveEvent]
}

const EVENT_TYPES: ReadonlySet<string> = new Set<keyof HostEventMap>(['join', 'leave', 'state', 'delete'])

/** An event's type, and a function that is called for it. */
export type RoomListener = [type: keyof HostEventMap, listener: (event: LiveEvent) => void]

/**
 * The events of all rooms, for the app that runs the server: viewers join and leave, a room's state changes, a room is
 * deleted. An error of a listener is logged, and the others are still called.
 */
export class HostEvents extends EventEmitter<HostEventMap> {
  readonly #log: Logger
  /** Listeners of one room, by type and room. */
  readonly #rooms = new EventEmitter()

  constructor(events: Pick<RoomEvents, 'subscribe'>, log: Logger) {
    super()
    this.#log = log
    // An app may listen to each of its rooms.
    this.setMaxListeners(0)
    this.#rooms.setMaxListeners(0)
    events.subscribe(
      (event) => {
        this.#call(this.rawListeners(event.type), event)
        this.#call(this.#rooms.rawListeners(nameOf(event.type, event.room)), event)
      },
      () => this.#close(),
    )
  }

  /** Calls a listener for the events of one room; returns an unsubscribe function. */
  onRoom(room: string, ...[type, listener]: RoomListener): () => void {
    if (!EVENT_TYPES.has(type))
      throw new TypeError(`Expected one of ${[...EVENT_TYPES].join(', ')}, got ${quote(type)}`)
    if (typeof listener !== 'function') throw new TypeError(`Expected a function, got ${quote(listener)}`)
    const name = nameOf(type, room)
    // One function may listen twice.
    const own = (event: LiveEvent) => listener(event)
    this.#rooms.on(name, own)
    return () => void this.#rooms.off(name, own)
  }

  /** @param listeners as they were added: those of `once` remove themselves when they are called. */
  #call(listeners: readonly unknown[], event: LiveEvent): void {
    for (const listener of listeners) {
      const fail = (error: unknown) => this.#log.error(error, 'a listener of the app failed')
      try {
        const result = (listener as (event: LiveEvent) => unknown).call(this, event)
        if (result instanceof Promise) result.catch(fail)
      } catch (error) {
        fail(error)
      }
    }
  }

  #close(): void {
    this.removeAllListeners()
    this.#rooms.removeAllListeners()
  }
}

function nameOf(type: string, room: string): string {
  return `${type} ${room}`
}
