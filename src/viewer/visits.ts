import { LRUCache } from 'lru-cache'
import type { Membership, Presence } from '../cluster/presence.ts'

/** Milliseconds that the reader of a still counts as a visitor. */
const VISIT_TIME = 60_000
/** Maximum of visits; beyond it, the one that was renewed longest ago ends. */
const MAX_VISITS = 10_000

/** Readers who got a still in place of a stream. For a minute each counts among a room's visitors, but not its connections. */
export class Visits {
  readonly #presence: Pick<Presence, 'join'>
  readonly #visits: LRUCache<string, Promise<Membership>>

  /** @param time milliseconds that a visit counts; for tests */
  constructor(presence: Pick<Presence, 'join'>, time = VISIT_TIME) {
    this.#presence = presence
    this.#visits = new LRUCache({
      ...{ max: MAX_VISITS, ttl: time, ttlAutopurge: true, updateAgeOnGet: true },
      // Presence logs its own failures.
      dispose: (visit) => void visit.then((membership) => membership.leave()).catch(() => {}),
    })
  }

  /** Counts a reader of a room, or extends the time that one is counted. */
  note(room: string, viewerKey: string): void {
    const id = JSON.stringify([room, viewerKey])
    if (!this.#visits.get(id)) this.#visits.set(id, this.#presence.join(room, viewerKey, 'still'))
  }

  /** Ends every visit. */
  close(): void {
    this.#visits.clear()
  }
}
