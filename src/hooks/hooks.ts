import { randomBytes } from 'node:crypto'
import type { Logger } from 'pino'
import type { Bus } from '../cluster/bus.ts'
import type { RoomSummary, Rooms } from '../cluster/rooms.ts'
import type { Store } from '../cluster/store.ts'
import { PublicError } from '../errors.ts'
import { type Condition, holds, parseCondition } from './condition.ts'
import { Deliveries, type Delivery, hookRoom } from './deliveries.ts'
import { durationOf, type Hook, type HookOrder } from './hook.ts'
import { SECRET_PREFIX } from './signature.ts'
import { Trigger } from './trigger.ts'

/** What hooks work on. */
export interface HooksInit {
  rooms: Rooms
  store: Store
  bus: Bus
  log: Logger
  /** Milliseconds from one try to the next. @default those of `Deliveries` */
  pauses?: readonly number[]
}

interface Watched {
  hook: Hook
  condition: Condition
  trigger: Trigger
  /** Whether its condition is being looked at, and whether it has to be looked at once more. */
  looking: 'no' | 'yes' | 'again'
}

const NAME = '$hook'
/** The most hooks there can be. */
export const MOST_HOOKS = 100
/** What nothing tells of, hits and the passing of time, is looked at once a second. */
const INTERVAL = 1_000
const NOBODY = { connections: 0, visitors: 0, peak: 0, hits: 0 }

/** Webhooks: each is told once when its condition becomes true, and again only after it was false. Kept in the store. */
export class Hooks {
  readonly #init: HooksInit
  readonly #deliveries: Deliveries
  readonly #watched = new Map<string, Watched>()
  readonly #unsubscribe: () => void
  readonly #timer: NodeJS.Timeout

  constructor(init: HooksInit) {
    this.#init = init
    this.#deliveries = new Deliveries(init.store, init.pauses)
    this.#unsubscribe = init.bus.subscribe((room) => this.#lookAll(room))
    this.#timer = setInterval(() => this.#lookAll(), INTERVAL).unref()
  }

  /** Takes up the hooks of before the last stop. */
  async load(): Promise<void> {
    for await (const [, hook] of this.#init.store.list(NAME)) {
      try {
        this.#watch(hook as Hook)
        await this.#deliveries.load(hook as Hook)
      } catch (error) {
        this.#init.log.error(
          { hook: (hook as Hook).id, error: (error as Error).message },
          'cannot take up a hook',
        )
      }
    }
  }

  /** Adds one. @throws PublicError 409 for one too many. */
  async add(order: HookOrder): Promise<Hook> {
    if (this.#watched.size >= MOST_HOOKS) {
      const caption = `there are ${MOST_HOOKS} hooks, and there can be no more`
      throw new PublicError({ code: 'too-many-hooks', status: 409, caption })
    }
    const hook: Hook = {
      id: randomBytes(4).toString('hex'),
      ...order,
      secret: SECRET_PREFIX + randomBytes(32).toString('base64'),
      created: Date.now(),
      hasFired: false,
    }
    await this.#init.store.set(hookRoom(hook.id), NAME, hook)
    void this.#look(this.#watch(hook))
    return hook
  }

  /** All of them, the oldest first. */
  list(): Hook[] {
    return [...this.#watched.values()]
      .map(({ hook }) => hook)
      .sort((one, other) => one.created - other.created)
  }

  get(id: string): Hook | undefined {
    return this.#watched.get(id)?.hook
  }

  /** What was delivered to a hook, or is yet to be; the newest first. */
  log(id: string): readonly Delivery[] {
    return this.#deliveries.log(id)
  }

  /** Answers whether there was one to delete. */
  async delete(id: string): Promise<boolean> {
    if (!this.#watched.delete(id)) return false
    await this.#deliveries.delete(id)
    return this.#init.store.delete(hookRoom(id), NAME)
  }

  /** Tells nobody anything any more. What was to be told is remembered. */
  close(): void {
    clearInterval(this.#timer)
    this.#unsubscribe()
    this.#watched.clear()
    this.#deliveries.close()
  }

  #watch(hook: Hook): Watched {
    const trigger = new Trigger(durationOf(hook), hook.hasFired)
    const watched: Watched = { hook, condition: parseCondition(hook.when), trigger, looking: 'no' }
    this.#watched.set(hook.id, watched)
    return watched
  }

  #lookAll(room?: string): void {
    for (const watched of this.#watched.values()) {
      if (room === undefined || watched.condition.room === room) void this.#look(watched)
    }
  }

  /** One look at a time, so that none is told by counts older than those of the one before. */
  async #look(watched: Watched): Promise<void> {
    if (watched.looking !== 'no') {
      watched.looking = 'again'
      return
    }
    do {
      watched.looking = 'yes'
      await this.#lookOnce(watched).catch((error: Error) => {
        this.#init.log.error({ hook: watched.hook.id, error: error.message }, 'cannot watch for a hook')
      })
      // TypeScript does not see that it may have changed meanwhile.
    } while ((watched.looking as Watched['looking']) === 'again')
    watched.looking = 'no'
  }

  async #lookOnce({ hook, condition, trigger }: Watched): Promise<void> {
    const summary = await this.#init.rooms.get(condition.room)
    // Deleted meanwhile, or the server stops.
    if (!this.#watched.has(hook.id)) return
    const value = (summary ?? NOBODY)[condition.measure]
    const isNews = trigger.update(holds(condition, value), performance.now())
    if (trigger.hasFired !== hook.hasFired) {
      hook.hasFired = trigger.hasFired
      await this.#init.store.set(hookRoom(hook.id), NAME, hook)
    }
    if (isNews && this.#watched.has(hook.id))
      await this.#deliveries.send(hook, toMessage(hook, condition, summary))
  }
}

function toMessage(hook: Hook, { room }: Condition, summary: RoomSummary | undefined): object {
  const { connections, visitors, peak, hits } = summary ?? NOBODY
  return {
    type: 'condition.met',
    timestamp: new Date().toISOString(),
    data: { hook: hook.id, when: hook.when, for: hook.for, room, connections, visitors, peak, hits },
  }
}
