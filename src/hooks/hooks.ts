import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Bus } from '../cluster/bus.ts'
import { clusterTime } from '../cluster/cluster-time.ts'
import { HeldLeases } from '../cluster/held-leases.ts'
import type { Leases } from '../cluster/leases.ts'
import type { RoomSummary, Rooms } from '../cluster/rooms.ts'
import type { Store } from '../cluster/store.ts'
import { PublicError } from '../errors.ts'
import { every } from '../system/every.ts'
import type { OutgoingClient } from '../system/outgoing.ts'
import { parseRoom } from '../widget/room.ts'
import { type Condition, holds, parseCondition } from './condition.ts'
import { Deliveries, type Delivery, hookRoom, isHookRoom } from './deliveries.ts'
import { type Hook, type HookSettings, parseStoredHook, timesOf } from './hook.ts'
import { SECRET_PREFIX } from './signature.ts'
import { Trigger } from './trigger.ts'

/** The options of hooks. */
export interface HooksInit {
  rooms: Pick<Rooms, 'get'>
  store: Store
  bus: Bus
  leases: Leases
  client: OutgoingClient
  log: Logger
  /** Milliseconds between attempts at a delivery. @default those of `Deliveries` */
  pauses?: readonly number[]
}

interface Watched {
  hook: Hook
  condition: Condition
  trigger: Trigger
  /** Whether this node evaluates it. */
  isOurs: boolean
  /** Whether its condition is being evaluated, and whether it must be evaluated once more after that. */
  evaluating: 'no' | 'yes' | 'again'
  /** The performance.now() of the last evaluation. */
  evaluatedAt: number
}

const NAME = '$hook'
/** Largest number of hooks. */
export const MAX_HOOKS = 100
/** All conditions are evaluated at this interval: no event reports hits, or the end of the time in `for`. */
const INTERVAL = 1_000
/** Minimum pause between two evaluations: strangers can join and leave a thousand times a second. */
const EVALUATION_PAUSE = 100
const NO_COUNTS = { connections: 0, visitors: 0, peak: 0, hits: 0 }

/**
 * Webhooks: each gets a message once when its condition becomes true, and again only after it was false and its cooldown
 * is over. Hooks are kept in the store; the node with a hook's lease evaluates it and delivers its messages.
 */
export class Hooks {
  readonly #init: HooksInit
  readonly #deliveries: Deliveries
  readonly #watched = new Map<string, Watched>()
  readonly #leases: HeldLeases
  readonly #unsubscribe: (() => void)[]
  readonly #stop: () => void

  constructor(init: HooksInit) {
    this.#init = init
    this.#deliveries = new Deliveries(init)
    this.#leases = new HeldLeases({
      ...{ leases: init.leases, prefix: 'hook' },
      onGain: (id) =>
        this.#resume(id).catch((error: Error) => {
          init.log.error({ hook: id, error: error.message }, 'cannot read a hook, will retry')
          throw error
        }),
      onLoss: (id) => this.#pause(id),
    })
    const follow = (reading: Promise<void>) =>
      void reading.catch((error: Error) =>
        init.log.error({ error: error.message }, 'cannot read hooks again'),
      )
    this.#unsubscribe = [
      init.bus.subscribe((room, change) => {
        if (change !== 'settings') this.#evaluateAll(room)
        else if (isHookRoom(room)) follow(this.#follow(room))
      }),
      init.bus.onReconnect(() => follow(this.#followAll())),
    ]
    this.#stop = every(INTERVAL, () => this.#evaluateAll())
  }

  /** Resumes the hooks from before the last stop. A damaged row is skipped and logged. */
  async load(): Promise<void> {
    for await (const [room, row] of this.#init.store.list(NAME)) await this.#apply(room, row)
  }

  /** Adds a hook. @throws PublicError 409 if there are too many. */
  async add(settings: HookSettings): Promise<Hook> {
    if (this.#watched.size >= MAX_HOOKS) {
      const caption = `there are already ${MAX_HOOKS} hooks, which is the limit`
      throw new PublicError({ code: 'too-many-hooks', status: 409, caption })
    }
    const hook: Hook = {
      id: randomBytes(4).toString('hex'),
      ...settings,
      secret: SECRET_PREFIX + randomBytes(32).toString('base64'),
      created: clusterTime(this.#init.store),
      hasFired: false,
    }
    const room = hookRoom(hook.id)
    await this.#init.store.set(room, NAME, hook, { durable: true })
    await this.#watch(hook)
    this.#init.bus.publish(room, 'settings')
    return hook
  }

  /** All hooks, oldest first. */
  list(): Hook[] {
    return [...this.#watched.values()]
      .map(({ hook }) => hook)
      .sort((one, other) => one.created - other.created)
  }

  get(id: string): Hook | undefined {
    return this.#watched.get(id)?.hook
  }

  /** The deliveries of a hook, newest first. */
  async log(id: string): Promise<readonly Delivery[]> {
    return this.#leases.has(id) ? this.#deliveries.log(id) : this.#deliveries.read(id)
  }

  /** Returns whether the hook existed. */
  async delete(id: string): Promise<boolean> {
    if (!this.#unwatch(id)) return false
    await this.#deliveries.delete(id)
    const existed = await this.#init.store.delete(hookRoom(id), NAME, { durable: true })
    this.#init.bus.publish(hookRoom(id), 'settings')
    return existed
  }

  /** Stops all evaluations and attempts. Pending deliveries stay in the store. */
  close(): void {
    this.#stop()
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
    this.#watched.clear()
    this.#deliveries.close()
    this.#leases.close()
  }

  /** A hook may have been added, deleted or fired by another node. */
  async #follow(room: string): Promise<void> {
    const row = await this.#init.store.get(room, NAME)
    if (row !== undefined) return this.#apply(room, row)
    const id = parseRoom(room).key
    if (this.#unwatch(id)) this.#deliveries.forget(id)
  }

  /** Messages were lost: compares every hook with the store. */
  async #followAll(): Promise<void> {
    const rooms = new Set([...this.#watched.keys()].map(hookRoom))
    for await (const [room] of this.#init.store.list(NAME)) rooms.add(room)
    for (const room of rooms) await this.#follow(room)
  }

  /** Starts to watch a stored hook, or updates whether it has fired on the node that evaluates it. */
  async #apply(room: string, row: unknown): Promise<void> {
    try {
      const hook = parseStoredHook(row)
      if (hookRoom(hook.id) !== room) throw new TypeError(`expected a hook of ${room}, got one of ${hook.id}`)
      const known = this.#watched.get(hook.id)
      if (!known) await this.#watch(hook)
      else if (!this.#leases.has(hook.id)) known.hook.hasFired = hook.hasFired
    } catch (error) {
      this.#init.log.error({ room, error: (error as Error).message }, 'skipped a damaged hook in the store')
    }
  }

  /** Continues with the state of the node that evaluated the hook before. */
  async #resume(id: string): Promise<void> {
    const watched = this.#watched.get(id)
    if (!watched) return
    const { hook } = watched
    const stored = (await this.#init.store.get(hookRoom(id), NAME)) as Partial<Hook> | null | undefined
    hook.hasFired = stored?.hasFired === true
    await this.#deliveries.load(hook)
    if (this.#watched.get(id) !== watched) return this.#deliveries.forget(id)
    watched.trigger = new Trigger({ ...timesOf(hook), hasFired: hook.hasFired })
    watched.isOurs = true
    void this.#evaluate(watched)
  }

  /** Stops evaluating the hook, because another node does from now on. */
  #pause(id: string): void {
    const watched = this.#watched.get(id)
    if (watched) watched.isOurs = false
    this.#deliveries.forget(id)
  }

  #unwatch(id: string): boolean {
    this.#leases.delete(id)
    return this.#watched.delete(id)
  }

  /** Resolves when this node evaluates the hook, or another one does. */
  async #watch(hook: Hook): Promise<void> {
    const watched: Watched = {
      hook,
      condition: parseCondition(hook.when),
      trigger: new Trigger({ ...timesOf(hook), hasFired: hook.hasFired }),
      isOurs: false,
      evaluating: 'no',
      evaluatedAt: -Infinity,
    }
    this.#watched.set(hook.id, watched)
    await this.#leases.add(hook.id)
  }

  #evaluateAll(room?: string): void {
    for (const watched of this.#watched.values()) {
      if (watched.isOurs && (room === undefined || watched.condition.room === room))
        void this.#evaluate(watched)
    }
  }

  /** One evaluation at a time, so that none uses older counts than the previous one. */
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
      // TypeScript does not know that it may have changed meanwhile.
    } while ((watched.evaluating as Watched['evaluating']) === 'again')
    watched.evaluating = 'no'
  }

  async #evaluateOnce({ hook, condition, trigger }: Readonly<Watched>): Promise<void> {
    // The hook was deleted, another node has it now, or the server is stopping.
    const isOurs = () => this.#watched.get(hook.id)?.isOurs === true && this.#leases.has(hook.id)
    if (!isOurs()) return
    const summary = await this.#init.rooms.get(condition.room)
    if (!isOurs()) return
    const value = (summary ?? NO_COUNTS)[condition.measure]
    if (trigger.update(holds(condition, value), performance.now())) {
      try {
        // Before the state is stored: a node that dies in between sends a message twice, rather than never.
        await this.#deliveries.send(hook, toMessage(hook, condition, summary))
      } catch (error) {
        trigger.takeBack()
        throw error
      }
    }
    const { hasFired } = trigger
    if (hasFired === hook.hasFired) return
    await this.#init.store.set(hookRoom(hook.id), NAME, { ...hook, hasFired })
    hook.hasFired = hasFired
    this.#init.bus.publish(hookRoom(hook.id), 'settings')
  }
}

function toMessage(hook: Hook, { room }: Condition, summary: RoomSummary | undefined): object {
  const { connections, visitors, peak, hits } = summary ?? NO_COUNTS
  return {
    type: 'condition.met',
    timestamp: new Date().toISOString(),
    data: { hook: hook.id, when: hook.when, for: hook.for, room, connections, visitors, peak, hits },
  }
}
