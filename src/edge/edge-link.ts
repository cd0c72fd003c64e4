import type { Logger } from 'pino'
import type { WebSocket } from 'ws'
import type { Channels } from '../channel/channels.ts'
import type { EmbeddedReader } from '../channel/embedded-reader.ts'
import type { ChannelSpec } from '../channel/spec.ts'
import { DAY } from '../cluster/minute.ts'
import type { ViewerSecrets } from '../cluster/viewer-secrets.ts'
import { notFound, type PublicError, toPublicError } from '../errors.ts'
import { MAX_PIXELS } from '../picture/encode.ts'
import type { NodeAudit } from '../schema/audit-schema.ts'
import { checkKey } from '../widget/key.ts'
import type { Manifest } from '../widget/manifest.ts'
import {
  describePath,
  EDGE_VERSION,
  type EdgeMessage,
  type EdgeNode,
  type EdgeQuestion,
  type EdgeReport,
  MAX_DEPTH,
  parseEdgeMessage,
  type Refusal,
  toSentError,
  toSpec,
  type UpstreamMessage,
} from './edge-protocol.ts'
import { EdgeLine, EdgeViewer } from './edge-viewer.ts'

/** The parts of a server that its edges use. An edge has all of them too, for edges of its own. */
export interface EdgeHost {
  channels: Pick<Channels, 'open'>
  widgets: { readonly manifests: ReadonlyMap<string, Manifest> }
  embeddedReader: Pick<EmbeddedReader, 'read'>
  viewerSecrets: ViewerSecrets
  /** Whether something is known of a room. */
  isKnown(room: string): Promise<boolean>
  /** The chain from this server to the origin, this one first. */
  path(): readonly EdgeNode[]
  /** Why it does not reach the origin; undefined if it does. */
  fault(): string | undefined
  /** Whether it has pictures: an edge has none until its own upstream has welcomed it. */
  isReady(): boolean
  log: Logger
}

/** What a link does with the words of its edge. */
export interface EdgeLinkListener {
  onHello(node: EdgeNode): void
  onReport(report: EdgeReport): void
  onBye(): void
  /** Any sign of life. */
  onSign(): void
  onClosed(): void
}

/** Pictures of one edge. */
const MAX_WATCHED = 100_000
/** Milliseconds within which an edge must introduce itself. */
const HELLO_TIMEOUT = 5_000
/** The part of the time to reply that an edge gives to those below it. */
const PATIENCE_BELOW = 0.8
/** Close codes (RFC 6455, section 7.4.1). */
const POLICY = 1008
const GOING_AWAY = 1001

/** The connection of one edge, at its upstream. */
export class EdgeLink {
  readonly #webSocket: WebSocket
  readonly #host: EdgeHost
  readonly #listener: EdgeLinkListener
  readonly #line: EdgeLine
  readonly #viewers = new Map<number, EdgeViewer>()
  readonly #patience: NodeJS.Timeout
  /** Take the replies of the edge. */
  readonly #audits = new Map<number, (audits: NodeAudit[]) => void>()
  #node: EdgeNode | undefined
  /** As it was last sent. */
  #fault: string | undefined
  #lastId = 0
  #isClosed = false

  constructor(webSocket: WebSocket, host: EdgeHost, listener: EdgeLinkListener) {
    this.#webSocket = webSocket
    this.#host = host
    this.#listener = listener
    this.#line = new EdgeLine(webSocket)
    this.#patience = setTimeout(() => webSocket.terminate(), HELLO_TIMEOUT)
    webSocket.on('message', (data, isBinary) => void this.#onMessage(String(data), isBinary))
    webSocket.on('ping', () => listener.onSign())
    webSocket.on('error', () => {})
    webSocket.once('close', () => this.#onClosed())
  }

  /** Sends the chain to the origin, because it has changed; an edge that is in it now is refused. */
  sendPath(): void {
    if (this.#node && this.#isLoop(this.#node)) this.#refuseLoop()
    else if (this.#node) this.#send({ path: [...this.#host.path()] })
  }

  /** Sends whether the origin can be reached, if that has changed. */
  sendChain(): void {
    const fault = this.#host.fault()
    if (this.#node && fault !== this.#fault) this.#send({ chain: { fault } })
    this.#fault = fault
  }

  /** Sends all manifests, because the code of widgets has changed. */
  sendManifests(): void {
    if (this.#node) this.#send({ manifests: this.#manifests() })
  }

  /** The comparisons of this edge and of those below it; none if it does not reply in time. */
  async audit(within: number): Promise<NodeAudit[]> {
    if (!this.#node) return []
    this.#lastId += 1
    const id = this.#lastId
    let timer: NodeJS.Timeout | undefined
    const audits = await new Promise<NodeAudit[]>((resolve) => {
      timer = setTimeout(() => resolve([]), within)
      this.#audits.set(id, resolve)
      this.#send({ audit: { id, within: within * PATIENCE_BELOW } })
    })
    clearTimeout(timer)
    this.#audits.delete(id)
    return audits
  }

  close(): void {
    this.#webSocket.close(GOING_AWAY, 'the server is stopping')
    setTimeout(() => this.#webSocket.terminate(), 1_000).unref()
  }

  terminate(): void {
    this.#webSocket.terminate()
  }

  async #onMessage(data: string, isBinary: boolean): Promise<void> {
    if (this.#isClosed) return
    try {
      if (isBinary) throw new Error('expected text, got binary data')
      await this.#handle(parseEdgeMessage(data))
    } catch (error) {
      this.#host.log.warn(
        { edge: this.#node?.name, error: (error as Error).message },
        'malformed message of an edge',
      )
      this.#webSocket.close(POLICY, 'malformed message')
    }
  }

  async #handle({ hello, watch, unwatch, ask, report, audited, bye }: EdgeMessage): Promise<void> {
    if (hello) return this.#welcome(hello)
    if (!this.#node) throw new Error('expected hello first')
    this.#listener.onSign()
    if (watch) this.#watch(watch.id, toSpec(watch.spec))
    if (unwatch) this.#unwatch(unwatch.id)
    if (report) this.#listener.onReport(report)
    if (audited) this.#audits.get(audited.id)?.(audited.audits)
    if (bye) this.#listener.onBye()
    if (ask) await this.#reply(ask.id, ask.question)
  }

  async #welcome({ version, id, name }: NonNullable<EdgeMessage['hello']>): Promise<void> {
    clearTimeout(this.#patience)
    const host = this.#host
    const path = [...host.path()]
    if (version !== EDGE_VERSION)
      return this.#refuse('version', `it expects edges of version ${EDGE_VERSION}, got ${version}`)
    if (this.#isLoop({ id, name })) return this.#refuseLoop()
    if (path.length >= MAX_DEPTH)
      return this.#refuse(
        'too-deep',
        `expected at most ${MAX_DEPTH} servers in a chain, got ${describePath(path)} before it`,
      )
    if (!host.isReady())
      return this.#refuse('not-ready', 'it is an edge that has not reached its own upstream')
    const today = Math.floor(Date.now() / DAY)
    const secrets = await Promise.all(
      [today, today + 1].map(
        async (day): Promise<[number, string]> => [
          day,
          (await host.viewerSecrets.ofDay(day)).toString('base64'),
        ],
      ),
    )
    if (this.#isClosed) return
    this.#node = { id, name }
    this.#listener.onHello(this.#node)
    this.#fault = host.fault()
    const chain = { path, fault: this.#fault }
    this.#send({ welcome: { version: EDGE_VERSION, ...chain, manifests: this.#manifests(), secrets } })
  }

  #isLoop({ id }: EdgeNode): boolean {
    return this.#host.path().some((each) => each.id === id)
  }

  #refuseLoop(): void {
    this.#refuse('loop', `a loop: it takes its own pictures from there (${describePath(this.#host.path())})`)
  }

  #refuse(reason: Refusal, detail: string): void {
    this.#send({ refused: { reason, detail, path: [...this.#host.path()] } })
    this.#webSocket.close(POLICY, reason)
  }

  #watch(id: number, spec: ChannelSpec): void {
    try {
      this.#unwatch(id)
      if (this.#viewers.size >= MAX_WATCHED) throw notFound('too many pictures of one edge')
      this.#check(spec)
      const viewer = new EdgeViewer(id, this.#host.channels.open(spec), this.#line, () => {
        this.#viewers.delete(id)
        this.#fail(id, notFound('the picture has ended'))
      })
      this.#viewers.set(id, viewer)
      viewer.start()
    } catch (error) {
      this.#viewers.delete(id)
      this.#fail(id, toPublicError(error))
    }
  }

  /** The edge has checked the rest: it has the manifests. @throws PublicError */
  #check({ widget, key, look }: ChannelSpec): void {
    const manifest = this.#host.widgets.manifests.get(widget)
    if (!manifest) throw notFound('no such widget')
    checkKey(key, manifest.key)
    if (look.width * look.height * look.scale ** 2 > MAX_PIXELS) throw notFound('the picture is too large')
  }

  #unwatch(id: number): void {
    this.#viewers.get(id)?.stop()
    this.#viewers.delete(id)
  }

  #fail(id: number, error: PublicError): void {
    this.#send({ failed: { id, error: toSentError(error) } })
  }

  async #reply(id: number, question: EdgeQuestion): Promise<void> {
    try {
      this.#send({ reply: { id, value: await this.#find(question) } })
    } catch (error) {
      this.#send({ reply: { id, error: toSentError(toPublicError(error)) } })
    }
  }

  async #find(question: EdgeQuestion): Promise<unknown> {
    const { embeddedReader, viewerSecrets, isKnown } = this.#host
    if ('known' in question) return isKnown(question.known)
    if ('secret' in question) return (await viewerSecrets.ofDay(question.secret)).toString('base64')
    const spec = toSpec(question.read)
    this.#check(spec)
    return embeddedReader.read(spec)
  }

  #manifests(): Manifest[] {
    // Where the files are is no concern of other machines.
    return [...this.#host.widgets.manifests.values()].map((manifest) => ({ ...manifest, file: '' }))
  }

  #send(message: UpstreamMessage): void {
    if (!this.#isClosed) this.#webSocket.send(JSON.stringify(message))
  }

  #onClosed(): void {
    clearTimeout(this.#patience)
    this.#isClosed = true
    for (const viewer of this.#viewers.values()) viewer.stop()
    this.#viewers.clear()
    this.#listener.onClosed()
  }
}
