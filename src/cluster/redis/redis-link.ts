import type { Logger } from 'pino'
import { PublicError, storeUnavailable } from '../../errors.ts'
import { Listeners } from '../listeners.ts'
import { StoreError } from '../store-error.ts'
import type { RedisClient, RedisListener } from './redis-client.ts'
import { toRedisFault, toRefusal } from './redis-fault.ts'
import type { RedisScript } from './redis-script.ts'

/** The options of a link. */
export interface RedisLinkInit {
  /** Two connections to one Redis: one sends commands, the other receives messages. */
  commands: RedisClient
  subscriber: RedisClient
  /** Begins every key and channel. */
  prefix: string
  /** The database. @default that of the connection */
  db?: number | undefined
  log: Logger
  /** Milliseconds that a command may take. @default 2000 */
  timeout?: number | undefined
}

/** An argument of a command. */
export type RedisValue = string | number

/** Milliseconds that a command may take: a slow Redis is better than none, but no viewer waits long for a picture. */
const TIMEOUT = 2_000
/** Milliseconds that a process gets to read replies, if it was too busy to read any. */
const GRACE = 100
/** Milliseconds between two attempts to reach a Redis that does not reply. */
const PROBE_INTERVAL = 250
/** Probes without a reply until the connection is replaced: a cut network reports nothing for a quarter of an hour. */
const PROBES_PER_CONNECTION = 12
/** Milliseconds between two checks of the connection that receives messages. */
const CHECK_INTERVAL = 3_000
/** Milliseconds in which a link that goes up and down again is logged once. */
const QUIET_TIME = 30_000
/** Milliseconds to wait for Redis at the start. */
const START_TIMEOUT = 5_000

/**
 * The connections of a node to Redis. While Redis does not reply, every call rejects at once. It is up only while both
 * connections work: whenever it is up again, messages may have been lost.
 */
export class RedisLink {
  readonly prefix: string
  readonly #commands: RedisClient
  readonly #subscriber: RedisClient
  readonly #db: number | undefined
  readonly #log: Logger
  readonly #timeout: number
  readonly #upListeners: Listeners<[]>
  readonly #downListeners: Listeners<[]>
  readonly #messageListeners: Listeners<[message: string]>
  readonly #handlers: [RedisClient, string, RedisListener][] = []
  readonly #timer: NodeJS.Timeout
  readonly #repliedAt = new Map<RedisClient, number>()
  #probe: NodeJS.Timeout | undefined
  #probes = 0
  #isUp = false
  /** A command timed out: none is sent until Redis replies. */
  #isStalled = false
  #isClosed = false
  #error = 'no reply'
  #loggedAt = Number.NEGATIVE_INFINITY
  #wasLogged = true

  constructor({ commands, subscriber, prefix, db, log, timeout = TIMEOUT }: RedisLinkInit) {
    this.prefix = prefix
    this.#db = db
    this.#commands = commands
    this.#subscriber = subscriber
    this.#log = log
    this.#timeout = timeout
    this.#upListeners = new Listeners(log)
    this.#downListeners = new Listeners(log)
    this.#messageListeners = new Listeners(log)
    for (const client of [commands, subscriber]) {
      this.#on(client, 'ready', () => this.#check())
      this.#on(client, 'close', () => this.#goDown('the connection was closed'))
      this.#on(client, 'end', () => this.#goDown('the connection was closed'))
      this.#on(client, 'error', (error: Error) => {
        this.#error = toRedisFault(error)
      })
    }
    this.#on(subscriber, 'message', (channel: string, message: string) => {
      if (channel === this.channel) this.#messageListeners.call(message)
    })
    this.#timer = setInterval(() => this.#checkSubscriber(), CHECK_INTERVAL).unref()
    this.#check()
  }

  /** The channel of the messages. */
  get channel(): string {
    return `${this.prefix}bus`
  }

  /** Whether commands and messages work. */
  get isUp(): boolean {
    return this.#isUp
  }

  /** Why nothing can be saved; undefined if it can. */
  get fault(): string | undefined {
    return this.#isUp ? undefined : `Redis cannot be reached: ${this.#error}`
  }

  /** Resolves when Redis replies. @throws StoreError if it does not in time. */
  async opened(time = START_TIMEOUT): Promise<void> {
    const deadline = performance.now() + time
    while (!this.#isUp) {
      if (performance.now() > deadline) throw new StoreError(`Redis cannot be reached: ${this.#error}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  /** Sends a command. Rejects with a `PublicError` 503 if Redis does not reply in time, or with the error that it returns. */
  async call(command: string, ...args: RedisValue[]): Promise<unknown> {
    if (this.#isClosed || this.#isStalled || this.#commands.status !== 'ready') throw this.#unreachable()
    return this.#inTime(this.#commands, () => this.#commands.call(command, args))
  }

  /** Runs a script. */
  async run(script: RedisScript, keys: readonly string[], ...args: RedisValue[]): Promise<unknown> {
    const rest = [keys.length, ...keys.map((key) => this.prefix + key), this.prefix, ...args]
    try {
      return await this.call('EVALSHA', script.sha, ...rest)
    } catch (error) {
      if (!(error as Error).message.startsWith('NOSCRIPT')) throw error
      return this.call('EVAL', script.source, ...rest)
    }
  }

  /** Calls `listener` whenever the link is up again. */
  onUp(listener: () => void): () => void {
    return this.#upListeners.add(listener)
  }

  onDown(listener: () => void): () => void {
    return this.#downListeners.add(listener)
  }

  onMessage(listener: (message: string) => void): () => void {
    return this.#messageListeners.add(listener)
  }

  /** Stops using the connections. */
  close(): void {
    this.#isClosed = true
    this.#isUp = false
    clearInterval(this.#timer)
    clearTimeout(this.#probe)
    for (const listeners of [this.#upListeners, this.#downListeners, this.#messageListeners])
      listeners.clear()
    for (const [client, event, handler] of this.#handlers) client.off(event, handler)
    // Without a listener, the error of a connection that is being closed would end the process.
    for (const client of [this.#commands, this.#subscriber]) client.on('error', () => {})
  }

  #on(client: RedisClient, event: string, handler: RedisListener): void {
    client.on(event, handler)
    this.#handlers.push([client, event, handler])
  }

  /** Waits for a reply. Gives up when the connection was silent for too long: each reply to another command extends that. */
  async #inTime<T>(client: RedisClient, command: () => Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined
    const sentAt = performance.now()
    let isLast = false
    const reply = command()
    const late = new Promise<never>((_resolve, reject) => {
      const check = () => {
        if (timer === undefined) return
        const left = Math.max(sentAt, this.#repliedAt.get(client) ?? 0) + this.#timeout - performance.now()
        if (left > 0) timer = wait(left)
        else if (!isLast) {
          isLast = true
          timer = wait(GRACE)
        } else reject(this.#stall())
      }
      // A process that was busy for longer may not even have sent the command yet, or has the reply in its socket already.
      const wait = (time: number) => setTimeout(() => setImmediate(check), Math.ceil(time))
      timer = wait(this.#timeout)
    })
    // A command that fails after its caller gave up is no unhandled rejection.
    reply.catch(() => {})
    late.catch(() => {})
    try {
      const result = await Promise.race([reply, late])
      this.#repliedAt.set(client, performance.now())
      return result
    } catch (error) {
      const { name, message } = error as Error
      if (error instanceof PublicError) throw error
      if (name !== 'ReplyError') throw this.#unreachable(error)
      const refusal = toRefusal(message)
      throw refusal === undefined ? error : this.#unreachable(error, refusal)
    } finally {
      clearTimeout(timer)
      timer = undefined
    }
  }

  #stall(): PublicError {
    this.#error = `no reply within ${this.#timeout} ms`
    this.#isStalled = true
    this.#goDown(this.#error)
    return this.#unreachable()
  }

  #goDown(reason: string): void {
    if (this.#isClosed) return
    if (this.#isUp) {
      this.#isUp = false
      if (this.#isLogged()) this.#log.warn({ error: reason }, 'Redis cannot be reached, will retry')
      this.#downListeners.call()
    }
    this.#scheduleProbe()
  }

  #isLogged(): boolean {
    const now = performance.now()
    this.#wasLogged = now - this.#loggedAt > QUIET_TIME
    if (this.#wasLogged) this.#loggedAt = now
    return this.#wasLogged
  }

  #scheduleProbe(): void {
    if (this.#isClosed) return
    this.#probe ??= setTimeout(() => {
      this.#probe = undefined
      this.#check()
    }, PROBE_INTERVAL).unref()
  }

  /** Goes up if both connections reply. */
  #check(): void {
    if (this.#isClosed || this.#isUp) return
    const clients = [this.#commands, this.#subscriber]
    this.#scheduleProbe()
    if (clients.some(({ status }) => status !== 'ready')) return
    this.#probes += 1
    if (this.#probes > PROBES_PER_CONNECTION) return this.#reconnect()
    const replies = [...this.#probeCommands(), this.#subscriber.subscribe(this.channel)]
    Promise.all(replies).then(
      () => this.#goUp(),
      (error: Error) => {
        this.#error = toRedisFault(error)
      },
    )
  }

  /** Reads a key, because a node of a Redis Cluster that does not have the keys replies to `PING` too. */
  #probeCommands(): Promise<unknown>[] {
    const read = this.#commands.call('EXISTS', [this.channel])
    // A client that could not select its database stays in the first one, which may be another service's.
    return this.#db ? [this.#commands.call('SELECT', [this.#db]), read] : [read]
  }

  #goUp(): void {
    if (this.#isClosed || this.#isUp) return
    if ([this.#commands, this.#subscriber].some(({ status }) => status !== 'ready')) return
    clearTimeout(this.#probe)
    this.#probe = undefined
    this.#probes = 0
    this.#isStalled = false
    this.#isUp = true
    if (this.#wasLogged) this.#log.info('Redis is connected')
    this.#upListeners.call()
  }

  #reconnect(): void {
    this.#probes = 0
    for (const client of [this.#commands, this.#subscriber]) client.disconnect(true)
  }

  #checkSubscriber(): void {
    if (!this.#isUp) return
    this.#inTime(this.#subscriber, () => this.#subscriber.subscribe(this.channel)).catch(() => {})
  }

  #unreachable(cause?: unknown, reason?: string): PublicError {
    const detail = reason === undefined ? 'Redis cannot be reached.' : `Redis refused a command: ${reason}.`
    return storeUnavailable(detail, cause)
  }
}
