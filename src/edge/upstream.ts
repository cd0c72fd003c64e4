import type { Logger } from 'pino'
import type { ChannelSpec } from '../channel/spec.ts'
import type { NodeReport } from '../cluster/cluster-report.ts'
import type { ViewerSecrets } from '../cluster/viewer-secrets.ts'
import type { PublicError } from '../errors.ts'
import { Backoff } from '../system/backoff.ts'
import type { Manifest } from '../widget/manifest.ts'
import {
  describePath,
  EDGE_LEASE,
  EDGE_VERSION,
  type EdgeMessage,
  type EdgeNode,
  type EdgeQuestion,
  fromSentError,
  type UpstreamFrame,
  type UpstreamMessage,
} from './edge-protocol.ts'
import { Questions } from './questions.ts'
import { unreachable } from './unreachable.ts'
import { UpstreamError } from './upstream-error.ts'
import type { UpstreamListener } from './upstream-listener.ts'
import type { UpstreamPresence } from './upstream-presence.ts'
import { UpstreamReports } from './upstream-reports.ts'
import { type SocketEnd, UpstreamSocket } from './upstream-socket.ts'

/** A picture that is watched at the upstream. */
export interface UpstreamWatcher {
  onFrame(frame: UpstreamFrame): void
  /** It cannot be shown; watch it again to retry. */
  onFailure(error: PublicError): void
  /** The upstream has been lost since `at`: the last frame is no longer current. */
  onLost(at: number): void
}

/** The parts of an upstream. */
export interface UpstreamInit {
  /** Its address: of the server, or of the path where it is mounted. */
  url: string
  token: string
  node: EdgeNode
  presence: UpstreamPresence
  log: Logger
  /** This server and all edges below it. */
  nodes(): NodeReport[]
  /** Milliseconds without a sign of the upstream after which it is lost. @default 10000 */
  lease?: number
}

/** Signs of life within one lease. */
const SIGNS = 3.3
/** Milliseconds before another attempt; each is shortened at random, so that edges do not come all at once. */
const PAUSES = [200, 500, 1_000, 2_000, 3_000]
/** Milliseconds before another attempt if the upstream has refused this edge. */
const REFUSED_PAUSE = 15_000
/** Milliseconds for which a lost connection is not shown: most are back by then. */
const LOST_AFTER = 2_000

/** The server that an edge takes its pictures from, and reports its viewers to: one connection for all of them. */
export class Upstream implements ViewerSecrets {
  /** The modules that do not load: an edge has none. */
  readonly faults: readonly { name: string }[] = []
  readonly #init: UpstreamInit
  readonly #lease: number
  readonly #backoff = new Backoff(PAUSES)
  readonly #reports: UpstreamReports
  readonly #questions = new Questions()
  readonly #watched = new Map<number, { spec: ChannelSpec; watcher: UpstreamWatcher }>()
  readonly #timer: NodeJS.Timeout
  #manifests: ReadonlyMap<string, Manifest> = new Map()
  #secrets = new Map<number, Buffer>()
  #path: readonly EdgeNode[] = []
  #socket: UpstreamSocket | undefined
  #lastId = 0
  #isUp = false
  #isClosed = false
  #fault: string | undefined = 'not connected yet'
  #retry: NodeJS.Timeout | undefined
  #losing: NodeJS.Timeout | undefined
  #onOutcome: (isRefused: boolean) => void = () => {}
  #listener: UpstreamListener = {
    ...{ onWelcome: () => {}, onManifests: () => {}, onPath: () => {}, onFault: () => {} },
    onAudit: async () => [],
  }

  constructor(init: UpstreamInit) {
    this.#init = init
    this.#lease = init.lease ?? EDGE_LEASE
    const { presence, nodes } = init
    this.#reports = new UpstreamReports({
      ...{ presence, nodes, isUp: () => this.#isUp, send: (message) => this.#send(message) },
    })
    this.#timer = setInterval(() => this.#giveSign(), this.#lease / SIGNS).unref()
  }

  /** The widgets of the upstream; another map after a change. */
  get manifests(): ReadonlyMap<string, Manifest> {
    return this.#manifests
  }

  get isUp(): boolean {
    return this.#isUp
  }

  /** Why the origin cannot be reached: the upstream, or one further up; undefined if it can. */
  get fault(): string | undefined {
    return this.#fault
  }

  /** The chain from this server to the origin, this one first. */
  get path(): readonly EdgeNode[] {
    return [this.#init.node, ...this.#path]
  }

  listen(listener: Partial<UpstreamListener>): void {
    this.#listener = { ...this.#listener, ...listener }
  }

  /**
   * Connects, and connects again whenever the connection is lost. Resolves after the first attempt, also if the upstream
   * cannot be reached. @throws UpstreamError if it refuses this edge
   */
  async start(): Promise<void> {
    const isRefused = await new Promise<boolean>((resolve) => {
      this.#onOutcome = resolve
      this.#connect()
    })
    if (isRefused) throw new UpstreamError(this.#fault ?? '')
  }

  /** Watches a picture; returns a function that stops. */
  watch(spec: ChannelSpec, watcher: UpstreamWatcher): () => void {
    const id = this.#newId()
    this.#watched.set(id, { spec, watcher })
    this.#sendWatch(id, spec)
    return () => {
      if (this.#watched.delete(id)) this.#send({ unwatch: { id } })
    }
  }

  /** Asks the upstream. Rejects with a `PublicError`: its own, or that it cannot be reached. */
  async ask(question: EdgeQuestion): Promise<unknown> {
    if (!this.#isUp) throw unreachable(this.#fault)
    const id = this.#newId()
    this.#send({ ask: { id, question } })
    return this.#questions.wait(id)
  }

  async ofDay(day: number): Promise<Buffer> {
    const secret = this.#secrets.get(day) ?? Buffer.from(String(await this.ask({ secret: day })), 'base64')
    this.#secrets.set(day, secret)
    return secret
  }

  /** Counts hits of a room; kept while the upstream is lost. */
  countHits(room: string, amount: number): void {
    this.#reports.countHits(room, amount)
  }

  /** Says goodbye, so that the viewers of this edge are gone at once, and closes the connection. */
  async close(): Promise<void> {
    this.#isClosed = true
    for (const timer of [this.#timer, this.#retry, this.#losing]) clearTimeout(timer)
    this.#reports.send()
    this.#reports.close()
    this.#send({ bye: true })
    this.#isUp = false
    await this.#socket?.close()
  }

  #connect(): void {
    const { url, token, node } = this.#init
    const socket = new UpstreamSocket(url, token, {
      onOpen: () => socket.send({ hello: { version: EDGE_VERSION, ...node } }),
      onMessage: (message) => this.#onMessage(message),
      onFrame: (frame) => this.#watched.get(frame.id)?.watcher.onFrame(frame),
      onEnd: (end) => this.#onEnd(end),
    })
    this.#socket = socket
  }

  #onMessage({ welcome, refused, path, chain, manifests, failed, reply, audit }: UpstreamMessage): void {
    if (refused && this.#setPath(refused.path))
      this.#socket?.end({ fault: refused.detail, isRefused: refused.reason !== 'not-ready' })
    if (welcome) this.#welcome(welcome)
    if (path) this.#setPath(path)
    if (chain) this.#setFault(this.#describeAbove(chain.fault))
    if (manifests) this.#setManifests(manifests)
    if (failed) this.#watched.get(failed.id)?.watcher.onFailure(fromSentError(failed.error))
    if (reply) this.#questions.onReply(reply)
    if (audit) void this.#sendAudits(audit.id, audit.within)
  }

  async #sendAudits(id: number, within: number): Promise<void> {
    this.#send({ audited: { id, audits: await this.#listener.onAudit(within) } })
  }

  #describeAbove(fault: string | undefined): string | undefined {
    return fault && `${this.#init.url}: its upstream: ${fault}`
  }

  #setFault(fault: string | undefined): void {
    this.#fault = fault
    this.#listener.onFault()
  }

  #welcome({
    version,
    path,
    fault: above,
    manifests,
    secrets,
  }: NonNullable<UpstreamMessage['welcome']>): void {
    if (!this.#setPath(path)) return
    if (version !== EDGE_VERSION) {
      const fault = `expected version ${EDGE_VERSION} of the messages to edges, got ${version}`
      return this.#socket?.end({ fault, isRefused: true })
    }
    this.#secrets = new Map(secrets.map(([day, secret]) => [day, Buffer.from(secret, 'base64')]))
    this.#isUp = true
    this.#setFault(this.#describeAbove(above))
    this.#backoff.reset()
    clearTimeout(this.#losing)
    this.#init.log.info({ path: describePath(this.path) }, 'connected to the upstream')
    this.#listener.onWelcome()
    this.#setManifests(manifests)
    for (const [id, { spec }] of this.#watched) this.#sendWatch(id, spec)
    this.#init.presence.forgetSent()
    this.#reports.send(true)
    this.#onOutcome(false)
  }

  /** Returns whether the chain is one that pictures can come through: if not, ends the connection. */
  #setPath(path: readonly EdgeNode[]): boolean {
    const { id } = this.#init.node
    const isLoop = path.some((node) => node.id === id)
    const before = describePath(this.#path)
    this.#path = path.filter((node) => node.id !== id)
    if (describePath(this.#path) !== before) this.#listener.onPath()
    const fault = `a loop: it takes its own pictures from this server (${describePath(path)})`
    if (isLoop) this.#socket?.end({ fault, isRefused: true })
    return !isLoop
  }

  #setManifests(manifests: readonly Manifest[]): void {
    if (JSON.stringify(manifests) === JSON.stringify([...this.#manifests.values()])) return
    this.#manifests = new Map(manifests.map((manifest) => [manifest.name, manifest]))
    this.#listener.onManifests()
  }

  #onEnd({ fault, isRefused }: SocketEnd): void {
    if (this.#isClosed) return
    const wasUp = this.#isUp
    this.#isUp = false
    this.#socket = undefined
    this.#setFault(`${this.#init.url}: ${fault}`)
    if (wasUp || this.#backoff.pause === 0)
      this.#init.log.warn({ fault: this.#fault }, 'the upstream cannot be used, trying again')
    this.#questions.fail(this.#fault ?? fault)
    if (wasUp) {
      const at = performance.now()
      this.#losing = setTimeout(() => this.#markLost(at), Math.min(LOST_AFTER, this.#lease)).unref()
    }
    this.#backoff.fail()
    const pause = isRefused ? REFUSED_PAUSE : this.#backoff.pause
    this.#retry = setTimeout(() => this.#connect(), pause * (0.5 + Math.random() / 2))
    this.#onOutcome(isRefused)
  }

  #markLost(at: number): void {
    for (const { watcher } of this.#watched.values()) watcher.onLost(at)
  }

  #giveSign(): void {
    this.#socket?.ping(this.#lease)
    this.#reports.send(true)
  }

  #sendWatch(id: number, spec: ChannelSpec): void {
    this.#send({ watch: { id, spec: spec as never } })
  }

  #send(message: EdgeMessage): void {
    if (this.#isUp) this.#socket?.send(message)
  }

  #newId(): number {
    this.#lastId = (this.#lastId % 0xffff_ffff) + 1
    return this.#lastId
  }
}
