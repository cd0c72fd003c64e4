import type { ServerResponse } from 'node:http'
import type { Writable } from 'node:stream'
import type { EndReason } from '../../channel/viewer.ts'
import type { Frame } from '../../picture/frame.ts'
import { type DirectSend, type DirectSender, DirectSocket } from '../../system/direct-send.ts'
import { FrameSlot } from '../../viewer/frame-slot.ts'
import { Traffic } from '../../viewer/traffic.ts'
import type { SessionViewer } from '../../viewer/viewer-session.ts'
import type { Framing } from '../negotiate.ts'
import type { ConnectionInit } from './connection-init.ts'
import { descriptorBelow } from './descriptor-below.ts'
import { DrainWait } from './drain-wait.ts'
import { beginningOf, continues, type Multipart, silentBytes } from './multipart.ts'
import { RefreshClock } from './refresh-clock.ts'
import { sinkOf } from './sink-of.ts'
import { SinkWrites } from './sink-writes.ts'
import type { StaleSettings } from './stale-frames.ts'
import { writeHead } from './write-head.ts'

/** Milliseconds: longest time between writes through Node's socket, which would close the connection as idle. */
const SOCKET_WRITE_INTERVAL = 20_000

/** Milliseconds after which a client that has not received the picture on its way is cut off. */
const SLOW_LIMIT = 60_000

/** Bytes of a picture that takes long enough to send that a newer one is worth waiting for. */
const LARGE = 16_384

const NOTHING = Buffer.alloc(0)

/**
 * One open multipart response. Frames are written to the socket itself: under a close-delimited response a frame then
 * costs one write. At most one picture is being sent and one is held, always the newest.
 */
export class Connection implements SessionViewer, DirectSender {
  readonly #response: ServerResponse
  readonly #multipart: Multipart
  readonly #framing: Framing
  readonly #eager: boolean
  readonly #headers: ConnectionInit['headers']
  readonly #heartbeat: number
  readonly #stale: StaleSettings | undefined
  readonly #refresh: RefreshClock | undefined
  readonly #now: () => number
  readonly #traffic: Traffic
  readonly #directSend: DirectSend | undefined
  readonly #slot = new FrameSlot(() => this.#writes?.takeWritten() ?? false)
  #sink: Writable | undefined
  #writes: SinkWrites | undefined
  #direct: DirectSocket | undefined
  /** The picture that the client has, or is receiving. */
  #sent: Frame | undefined
  /** The part of the next picture that was sent in advance. */
  #begun: Buffer = NOTHING
  #endReason: EndReason | undefined
  #isOver = false
  /** When the last send began, or was done if it had to wait. */
  #sentAt = 0
  /** The large picture that is being sent whole, and the one before it. */
  #whole: { frame: Frame; before: Frame } | undefined
  #drainWait: DrainWait | undefined
  readonly #onWritten = (): void => {
    this.#sentAt = this.#now()
    this.#onSent()
  }

  constructor(init: ConnectionInit) {
    this.#response = init.response
    this.#multipart = init.multipart
    this.#framing = init.framing
    this.#eager = init.eager
    this.#headers = init.headers
    this.#heartbeat = init.heartbeat
    this.#stale = init.stale
    this.#refresh = init.stale && new RefreshClock(init.stale.refresh)
    this.#now = init.now ?? (() => performance.now())
    this.#traffic = init.traffic ?? new Traffic()
    this.#directSend = init.directSend
    this.#findSink()
    if (this.#sink) return
    // The response of a pipelined request gets its socket when the one before it is done.
    this.#slot.begin()
    this.#response.once('socket', () => {
      this.#findSink()
      this.#onSent()
    })
  }

  /** Pictures that were never sent, as a newer one came first. */
  get dropped(): number {
    return this.#slot.dropped
  }

  /** Why this server ended the connection; undefined if it did not. */
  get endReason(): EndReason | undefined {
    return this.#endReason
  }

  /** Bytes that wait in this process for the client to read. */
  get waitingBytes(): number {
    return this.#sink?.writableLength ?? 0
  }

  show(frame: Frame): void {
    const shown = this.#stale?.frames.get(frame, this.#stale.delay) ?? frame
    const offer = this.#slot.offer(shown)
    if (offer === 'send') this.#write(shown)
    else if (offer === 'hold') this.#writes?.report()
    else if (offer === 'replace') this.#traffic.dropped += 1
  }

  /**
   * Sends bytes that change nothing on screen if the connection was silent for long enough, and cuts off a client that
   * is too slow. Returns when to call it next, at the earliest.
   */
  beat(now: number): number {
    const due = this.#sentAt + this.#heartbeat
    if (now < due) return due
    if (this.#slot.isBusy) this.#cutOffSlow(now)
    else if (this.#slot.isOpen && this.#sent && this.#sink) this.#breakSilence(this.#sink, this.#sent)
    return now + this.#heartbeat
  }

  /**
   * Sends the picture once more with a megabyte of padding: a page in the back/forward cache closes its connection then.
   * Returns the bytes sent, 0 if it could not.
   */
  probe(): number {
    if (!this.#slot.isOpen || this.#slot.isBusy || !this.#sent || !this.#sink) return 0
    if (this.#framing !== 'browser' || this.#begun.length > 0 || this.#sent.animated) return 0
    const pieces = this.#multipart.paddedPart(this.#sent)
    const last = pieces.pop()
    this.#sink.cork()
    for (const piece of pieces) this.#put(this.#sink, piece)
    if (last) this.#send(this.#sink, last)
    this.#sink.uncork()
    return pieces.reduce((sum, piece) => sum + piece.length, 0)
  }

  onTaken(count: number, bytes: Buffer): void {
    const whole = this.#whole
    this.#whole = undefined
    if (count < bytes.length || this.#drainWait) this.#expectQueue(count, bytes.length)
    if (count === bytes.length) return this.#onSent()
    if (this.#isOver) return
    if (count === 0 && whole) return this.#withdraw(whole, bytes)
    this.#writes?.write(bytes.subarray(count), this.#now())
    this.#writes?.report()
  }

  onBroken(error: Error): void {
    this.#sink?.destroy(error)
  }

  end(reason: EndReason): void {
    if (!this.#slot.isOpen) return
    this.#endReason = reason
    // Without a socket nothing is under way.
    if (this.#slot.end() || !this.#sink) this.#finish()
    else this.#writes?.report()
  }

  destroy(): void {
    this.#isOver = true
    this.#drainWait?.stop()
    this.#slot.close()
    this.#sink?.destroy()
  }

  #cutOffSlow(now: number): void {
    // While it waits it is not silent.
    this.#writes?.report()
    // Before the first picture it waits for its turn behind another response, not for its client.
    if (!this.#sent || this.#endReason || now - this.#sentAt < SLOW_LIMIT) return
    this.#endReason = 'slow'
    this.destroy()
  }

  #breakSilence(sink: Writable, sent: Frame): void {
    if (this.#begun.length > 0) {
      const isDue = this.#refresh?.isDue(this.#now(), this.#sentAt)
      const bytes = isDue ? this.#multipart.begunPart(sent) : silentBytes(sent)
      return this.#send(sink, bytes)
    }
    if (this.#framing === 'machine' || !sent.animated) {
      return this.#send(sink, this.#multipart.part(sent, this.#framing))
    }
    // The whole picture would restart its animation. The beginning of the next part is not shown, at a price: if the server
    // dies before that part is complete, Chromium and WebKit drop the picture.
    this.#begun = beginningOf(sent)
    this.#send(sink, this.#begun)
  }

  #findSink(): void {
    this.#sink = sinkOf(this.#response)
    if (this.#sink) this.#writes = new SinkWrites(this.#sink, this.#onWritten)
    if (this.#sink && this.#directSend?.suits(this.#sink)) this.#direct = new DirectSocket(this.#sink, this)
  }

  #onSent(): void {
    const next = this.#slot.finish()
    if (next === 'end') return this.#finish()
    if (next) this.#write(next)
    if (!this.#slot.isOpen) this.#writes?.report()
  }

  #write(frame: Frame): void {
    const sink = this.#sink
    if (!sink) return
    const isLarge = frame.bytes.length >= LARGE
    if (isLarge && this.#drainWait?.isLong()) return this.#holdBack(frame)
    if (isLarge && this.#directSend && !this.#direct) this.#expectQueue(0, frame.bytes.length)
    const multipart = this.#multipart
    const before = this.#sent
    // Before the send: if the kernel takes the bytes at once, the next frame is written within this call.
    this.#sent = frame
    this.#refresh?.onPart()
    this.#traffic.frames += 1
    if (this.#begun.length > 0 && continues(frame, this.#begun))
      return this.#send(sink, multipart.begunPart(frame))
    const begun = this.#eager ? beginningOf(frame) : NOTHING
    if (before && this.#begun.length === 0 && begun.length === 0) {
      this.#whole = this.#direct && isLarge ? { frame, before } : undefined
      this.#send(sink, multipart.part(frame, this.#framing))
      return
    }
    sink.cork()
    if (!before) this.#open(sink, frame)
    // The begun part cannot become this picture: complete it with the one on screen.
    else if (this.#begun.length > 0) {
      this.#put(sink, multipart.part(before, this.#framing).subarray(this.#begun.length))
    }
    this.#begun = begun
    if (begun.length > 0) this.#put(sink, multipart.part(frame, this.#framing))
    this.#send(sink, begun.length > 0 ? begun : multipart.part(frame, this.#framing))
    sink.uncork()
  }

  /** The kernel has no place yet, and none of the picture is on its way: sends the newest one when there is place. */
  #withdraw({ frame, before }: { frame: Frame; before: Frame }, { length }: Buffer): void {
    this.#sent = before
    this.#traffic.frames -= 1
    this.#traffic.bytes -= length
    this.#holdBack(frame)
  }

  /** Node's socket does not report how much the kernel took at once: each picture may have left a queue then. */
  #expectQueue(count: number, length: number): void {
    if (!this.#drainWait) {
      const socket = this.#direct ?? descriptorBelow(this.#response)
      const unsent = () => socket && this.#directSend?.queuedBytes(socket)
      this.#drainWait = new DrainWait({ unsent, isShared: !this.#direct, onDrained: () => this.#onSent() })
    }
    this.#drainWait.onTaken(count, length)
  }

  /** Sends the newest picture when the queue to the client is empty. */
  #holdBack(frame: Frame): void {
    this.#slot.begin()
    this.#slot.putBack(frame)
    this.#drainWait?.start()
  }

  #put(sink: Writable, bytes: Buffer): void {
    this.#traffic.bytes += bytes.length
    sink.write(bytes)
  }

  #send(sink: Writable, bytes: Buffer): void {
    const now = this.#now()
    this.#sentAt = now
    this.#traffic.bytes += bytes.length
    this.#slot.begin()
    // Corked writes belong together and go through the socket.
    const isAlive = now - (this.#writes?.lastAt ?? 0) < SOCKET_WRITE_INTERVAL
    if (this.#direct && isAlive && sink.writableCorked === 0) this.#directSend?.queue(this.#direct, bytes)
    else this.#writes?.write(bytes, now)
  }

  #open(sink: Writable, frame: Frame): void {
    writeHead(this.#response, this.#headers)
    this.#put(sink, this.#multipart.opening(frame, this.#framing))
  }

  /** Ends the stream so that the last picture stays on screen in every engine. */
  #finish(): void {
    this.#isOver = true
    this.#drainWait?.stop()
    this.#slot.close()
    const response = this.#response
    if (this.#sent && this.#sink)
      this.#put(this.#sink, this.#multipart.ending(this.#sent, this.#framing, this.#begun.length))
    else if (!response.headersSent) {
      response.shouldKeepAlive = false
      response.writeHead(503, { 'Retry-After': '5' })
    }
    response.end()
  }
}
