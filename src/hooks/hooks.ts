import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Bus } from '../cluster/bus.ts'
import type { RoomSummary, Rooms } from '../cluster/rooms.ts'
import type { Store } from '../cluster/store.ts'
import { PublicError } from '../errors.ts'
import type { OutgoingClient } from '../system/outgoing.ts'
import { type Condition, holds, parseCondition } from './condition.ts'
import { Deliveries, type Delivery, hookRoom } from './deliveries.ts'
import { type Hook, type HookSettings, parseStoredHook, timesOf } from './hook.ts'
import { SECRET_PREFIX } from './signature.ts'
import { Trigger } from './trigger.ts'

/** What hooks work with. */
export interface HooksInit {
  rooms: Pick<Rooms, 'get'>
  store: Store
  bus: Bus
  client: OutgoingClient
  log: Logger
  /** Milliseconds between attempts at a delivery. @default those of `Deliveries` */
  pauses?: readonly number[]
}

interface Watched {
  hook: Hook
  condition: Condition
  trigger: Trigger
  /** Whether its condition is being evaluated, and whether it must be evaluated once more after that. */
  evaluating: 'no' | 'yes' | 'again'
  /** The performance.now() of the last evaluation. */
  evaluatedAt: number
}

const NAME = '$hook'
/** Largest number of hooks. */
export const MAX_HOOKS = 100
/** All conditions are evaluated this often: no event reports hits, or that a condition has held for long enough. */
const INTERVAL = 1_000
/** Shortest pause between two evaluations: strangers may come and go a thousand times a second. */
const EVALUATION_PAUSE = 100
const NOBODY = { connections: 0, visitors: 0, peak: 0, hits: 0 }

/**
 * Webhooks: each is sent a message once when its condition becomes true, and again only after it was false and its
 * cooldown is over. Kept in the store.
 */
export class Hooks {
  readonly #init: HooksInit
  readonly #deliveries: Deliveries
  readonly #watched = new Map<string, Watched>()
  readonly #unsubscribe: () => void
  readonly #timer: NodeJS.Timeout

  constructor(init: HooksInit) {
    this.#init = init
    this.#deliveries = new Deliveries(init)
    this.#unsubscribe = init.bus.subscribe((room) => this.#evaluateAll(room))
    this.#timer = setInterval(() => this.#evaluateAll(), INTERVAL).unref()
  }

  /** Resumes the hooks of before the last stop. A damaged row is skipped and logged. */
  async load(): Promise<void> {
    for await (const [room, row] of this.#init.store.list(NAME)) {
      try {
        const hook = parseStoredHook(row)
        if (hookRoom(hook.id) !== room)
          throw new TypeError(`expected a hook of ${room}, got one of ${hook.id}`)
        await this.#deliveries.load(hook)
        this.#watch(hook)
      } catch (error) {
        this.#init.log.error({ room, error: (error as Error).message }, 'skipped a damaged hook in the store')
      }
    }
  }

  /** Adds a hook. @throws PublicError 409 where there are too many. */
  async add(settings: HookSettings): Promise<Hook> {
    if (this.#watched.size >= MAX_HOOKS) {
      const caption = `there are ${MAX_HOOKS} hooks, and there can be no more`
      throw new PublicError({ code: 'too-many-hooks', status: 409, caption })
    }
    const hook: Hook = {
      id: randomBytes(4).toString('hex'),
      ...settings,
      secret: SECRET_PREFIX + randomBytes(32).toString('base64'),
      created: Date.now(),
      hasFired: false,
    }
    await this.#init.store.set(hookRoom(hook.id), NAME, hook, { durable: true })
    void this.#evaluate(this.#watch(hook))
    return hook
  }

  /** All hooks, the oldest first. */
  list(): Hook[] {
    return [...this.#watched.values()]
      .map(({ hook }) => hook)
      .sort((one, other) => one.created - other.created)
  }

  get(id: string): Hook | undefined {
    return this.#watched.get(id)?.hook
  }

  /** The deliveries of a hook, the newest first. */
  log(id: string): readonly Delivery[] {
    return this.#deliveries.log(id)
  }

  /** Returns whether the hook existed. */
  async delete(id: string): Promise<boolean> {
    if (!this.#watched.delete(id)) return false
    await this.#deliveries.delete(id)
    return this.#init.store.delete(hookRoom(id), NAME, { durable: true })
  }

  /** Stops all evaluations and attempts. Deliveries that wait stay in the store. */
  close(): void {
    clearInterval(this.#timer)
    this.#unsubscribe()
    this.#watched.clear()
    this.#deliveries.close()
  }

  #watch(hook: Hook): Watched {
    const watched: Watched = {
      hook,
      condition: parseCondition(hook.when),
      trigger: new Trigger({ ...timesOf(hook), hasFired: hook.hasFired }),
      evaluating: 'no',
      evaluatedAt: -Infinity,
    }
    this.#watched.set(hook.id, watched)
    return watched
  }

  #evaluateAll(room?: string): void {
    for (const watched of this.#watched.values()) {
      if (room === undefined || watched.condition.room === room) void this.#evaluate(watched)
    }
  }

  /** One evaluation at a time, so that none works with older counts than the one before it. */
  async #evaluate(watched: Watched): Promise<void> {
    if (watched.evaluating !== 'no') {
      watched.evaluating = 'again'
      return
    }
    do {
      watched.evaluating = 'yes'
      const pause = watched.evaluatedAt + EVALUATION_PAUSE - performance.now()
      if (pause > 0) await sleep(pause, undefined, { ref: false })
      watched.evaluatedAt = performance.now()
      await this.#evaluateOnce(watched).catch((error: Error) => {
        this.#init.log.error({ hook: watched.hook.id, error: error.message }, 'cannot evaluate a hook')
      })
      // TypeScript does not see that it may have changed meanwhile.
    } while ((watched.evaluating as Watched['evaluating']) === 'again')
    watched.evaluating = 'no'
  }

  async #evaluateOnce({ hook, condition, trigger }: Watched): Promise<void> {
    // Deleted meanwhile, or the server stops.
    if (!this.#watched.has(hook.id)) return
    const summary = await this.#init.rooms.get(condition.room)
    if (!this.#watched.has(hook.id)) return
    const value = (summary ?? NOBODY)[condition.measure]
    const fires = trigger.update(holds(condition, value), performance.now())
    if (trigger.hasFired !== hook.hasFired) {
      hook.hasFired = trigger.hasFired
      await this.#init.store.set(hookRoom(hook.id), NAME, hook)
    }
    if (fires && this.#watched.has(hook.id))
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
