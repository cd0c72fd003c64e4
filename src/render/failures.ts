import { resolve } from 'node:path'
import { LRUCache } from 'lru-cache'
import type { Logger } from 'pino'
import { findPlace, type Place } from '../widget/find-place.ts'

/** Why the last drawing of a room failed. */
export interface DrawFailure {
  /** Safe to show to anyone: the only text of the widget's is the name of its error. */
  reason: string
  /** The widget's error message: it may contain anything, such as an address with a password. */
  words: string | undefined
  /** The place in the author's code, if it was there. */
  place: Place | undefined
}

/** Milliseconds before an unchanged failure of a widget is logged again: a broken picture is drawn at every heartbeat. */
const LOG_INTERVAL = 60_000
/** Strangers choose the names of rooms: only the newest failures are kept. */
const MAX_ROOMS = 500

/** The failures of widgets: logs them, and keeps those of rooms whose newest picture failed. */
export class Failures {
  readonly #folders: readonly string[]
  readonly #log: Logger
  readonly #byRoom = new LRUCache<string, DrawFailure>({ max: MAX_ROOMS })
  readonly #sources = new LRUCache<string, DrawFailure>({ max: MAX_ROOMS })
  readonly #logged = new Map<string, { failure: string; at: number }>()

  /** @param folders the widgets' own, in which `place` is searched for. */
  constructor(folders: readonly string[], log: Logger) {
    this.#folders = folders.map((folder) => resolve(folder))
    this.#log = log
  }

  /** The failure of a room's last drawing, or else of its source of changes; undefined if both work. */
  get(room: string): DrawFailure | undefined {
    return this.#byRoom.get(room) ?? this.#sources.get(room)
  }

  /** Logs a failure of a widget, if it differs from its last one or a minute has passed. */
  log(widget: string, failure: string, message: string): void {
    const now = Date.now()
    const last = this.#logged.get(widget)
    if (last?.failure === failure && now - last.at < LOG_INTERVAL) return
    this.#logged.set(widget, { failure, at: now })
    this.#log.error({ widget, failure }, message)
  }

  /** Records an error that a widget threw. */
  recordError(room: string, error: Error): void {
    this.#byRoom.set(room, this.#read('failed to draw', error))
  }

  /** Records an error of a widget's source of changes: of its `start`, or of what that left running. */
  recordSource(room: string, error: Pick<Error, 'message' | 'stack'>): void {
    this.#sources.set(room, this.#read('its source of changes failed', error))
  }

  /** Records a failure that the server noticed, such as a timeout. */
  recordReason(room: string, reason: string): void {
    this.#byRoom.set(room, { reason, words: undefined, place: undefined })
  }

  /** Call this when a picture of the room succeeded. */
  delete(room: string): void {
    this.#byRoom.delete(room)
  }

  /** Call this when a room's source works, or has ended. */
  deleteSource(room: string): void {
    this.#sources.delete(room)
  }

  /** Call this when other code runs. */
  clear(): void {
    this.#byRoom.clear()
    this.#sources.clear()
  }

  #read(failed: string, { message, stack = '' }: Pick<Error, 'message' | 'stack'>): DrawFailure {
    const name = /^(?:\w*Error|\w*Exception)\b/.exec(stack)?.[0] ?? 'an error'
    return { reason: `${failed}: ${name}`, words: message, place: findPlace(stack, this.#folders) }
  }
}
