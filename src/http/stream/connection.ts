import type { ServerResponse } from 'node:http'
import type { Writable } from 'node:stream'
import type { Viewer } from '../../channel/viewer.ts'
import type { Frame } from '../../picture/frame.ts'
import { type DirectSend, type DirectSender, DirectSocket } from '../../system/direct-send.ts'
import type { Framing } from '../negotiate.ts'
import { beginningOf, continues, type Multipart, silentBytes } from './multipart.ts'
import { Traffic } from './traffic.ts'

/** How a connection is written to. */
export interface ConnectionInit {
  response: ServerResponse
  multipart: Multipart
  framing: Framing
  /** Begin the next part early, for Firefox: it then notices at once that its viewer left. */
  eager: boolean
  headers: Readonly<Record<string, string>>
  /** Milliseconds of silence after which something is sent that changes nothing on screen. */
  heartbeat: number
  /** Where what is sent is counted. @default one of its own */
  traffic?: Traffic
  /** @default none: everything is written to the socket */
  directSend?: DirectSend | undefined
}

/**
 * Milliseconds: so often at least a picture goes through the socket, which else would find itself idle, and close after
 * its time.
 */
const SOCKET_SEES = 20_000

const NOTHING = Buffer.alloc(0)

/**
 * One open response. Frames are written to the socket itself: under a close-delimited response that is all a frame
 * costs. At most one picture is being sent and one held back, and that is always the newest.
 */
export class Connection implements Viewer, DirectSender {
  readonly #response: ServerResponse
  readonly #multipart: Multipart
  readonly #framing: Framing
  readonly #eager: boolean
  readonly #headers: ConnectionInit['headers']
  readonly #heartbeat: number
  readonly #traffic: Traffic
  readonly #directSend: DirectSend | undefined
  #sink: Writable | undefined
  #direct: DirectSocket | undefined
  /** The picture that the client has, or is getting. */
  #sent: Frame | undefined
  /** What the next picture begins with, as far as it was sent ahead. */
  #begun: Buffer = NOTHING
  #held: Frame | undefined
  #busy = false
  #ending = false
  #over = false
  #sentAt = 0
  /** When the socket itself was written to. */
  #writtenAt = 0
  #dropped = 0
  readonly #flushed = (): void => {
    // While it waited it was not silent.
    this.#sentAt = performance.now()
    this.#onFlushed()
  }

  constructor(init: ConnectionInit) {
    this.#response = init.response
    this.#multipart = init.multipart
    this.#framing = init.framing
    this.#eager = init.eager
    this.#headers = init.headers
    this.#heartbeat = init.heartbeat
    this.#traffic = init.traffic ?? new Traffic()
    this.#directSend = init.directSend
    this.#findSink()
    // A pipelined request's response gets its socket when the one before it is done.
    if (!this.#sink) this.#response.once('socket', () => this.#onSocket())
  }

  /** Pictures that were drawn and never sent, as a newer one came first. */
  get dropped(): number {
    return this.#dropped
  }

  /** Bytes that wait in this process for the client to read. */
  get waitingBytes(): number {
    return this.#sink?.writableLength ?? 0
  }

  show(frame: Frame): void {
    if (this.#over || this.#ending) return
    if (this.#busy || !this.#sink) {
      if (this.#held) this.#drop()
      this.#held = frame
    } else this.#write(frame)
  }

  /**
   * Sends something that changes nothing on screen, when nothing was sent for long enough. Answers the earliest time at
   * which that may be so again: for whoever is still reading, a heartbeat after it has read, so not before one from now.
   */
  beat(now: number): number {
    const due = this.#sentAt + this.#heartbeat
    if (now < due) return due
    if (!this.#busy && !this.#over && !this.#ending && this.#sent && this.#sink)
      this.#breakSilence(this.#sink, this.#sent)
    return now + this.#heartbeat
  }

  /** Sends the picture once more, fattened: a page that was left lets go of it then. Answers the bytes it took. */
  probe(): number {
    if (this.#over || this.#ending || this.#busy || !this.#sent || !this.#sink) return 0
    if (this.#framing !== 'browser' || this.#begun.length > 0 || this.#sent.animated) return 0
    const pieces = this.#multipart.fatPart(this.#sent)
    const last = pieces.pop()
    this.#sink.cork()
    for (const piece of pieces) this.#put(this.#sink, piece)
    if (last) this.#send(this.#sink, last)
    this.#sink.uncork()
    return pieces.reduce((sum, piece) => sum + piece.length, 0)
  }

  onTaken(count: number, bytes: Buffer): void {
    if (count === bytes.length) this.#onFlushed()
    else if (this.#sink && !this.#over) this.#writeOut(this.#sink, bytes.subarray(count))
  }

  onBroken(error: Error): void {
    this.#sink?.destroy(error)
  }

  end(): void {
    if (this.#over || this.#ending) return
    this.#ending = true
    if (!this.#busy) this.#finish()
  }

  /** Lets go of the client without a word more. */
  destroy(): void {
    this.#over = true
    this.#held = undefined
    this.#sink?.destroy()
  }

  #breakSilence(sink: Writable, sent: Frame): void {
    if (this.#begun.length > 0) return this.#send(sink, silentBytes(sent))
    if (this.#framing === 'machine' || !sent.animated) {
      return this.#send(sink, this.#multipart.part(sent, this.#framing))
    }
    // Once more it would start its motion anew, at any moment of it. What comes of the next part shows nowhere; the price:
    // where the server dies before that part is whole, Chromium and WebKit let go of the picture.
    this.#begun = beginningOf(sent)
    this.#send(sink, this.#begun)
  }

  #findSink(): void {
    this.#sink = sinkOf(this.#response)
    if (this.#sink && this.#directSend?.suits(this.#sink)) this.#direct = new DirectSocket(this.#sink, this)
  }

  #onSocket(): void {
    this.#findSink()
    this.#onFlushed()
  }

  #onFlushed(): void {
    this.#busy = false
    if (this.#over) return
    const frame = this.#held
    this.#held = undefined
    if (frame) this.#write(frame)
    else if (this.#ending) this.#finish()
  }

  #write(frame: Frame): void {
    const sink = this.#sink
    if (!sink) return
    const multipart = this.#multipart
    const framing = this.#framing
    const before = this.#sent
    // First of all: where the kernel takes the last bytes at once, what comes next is seen to within this call.
    this.#sent = frame
    this.#traffic.frames += 1
    if (this.#begun.length > 0 && continues(frame, this.#begun)) {
      this.#send(sink, multipart.begunPart(frame))
      return
    }
    const begun = this.#eager ? beginningOf(frame) : NOTHING
    if (before && this.#begun.length === 0 && begun.length === 0) {
      this.#send(sink, multipart.part(frame, framing))
      return
    }
    sink.cork()
    if (!before) this.#open(sink, frame)
    // The begun part cannot become this picture: finish it with the one on screen.
    else if (this.#begun.length > 0) {
      this.#put(sink, multipart.part(before, framing).subarray(this.#begun.length))
    }
    this.#begun = begun
    if (begun.length > 0) this.#put(sink, multipart.part(frame, framing))
    this.#send(sink, begun.length > 0 ? begun : multipart.part(frame, framing))
    sink.uncork()
  }

  #drop(): void {
    this.#dropped += 1
    this.#traffic.dropped += 1
  }

  #put(sink: Writable, bytes: Buffer): void {
    this.#traffic.bytes += bytes.length
    sink.write(bytes)
  }

  #send(sink: Writable, bytes: Buffer): void {
    const now = performance.now()
    this.#sentAt = now
    this.#traffic.bytes += bytes.length
    this.#busy = true
    // What is corked belongs together, and goes by the socket.
    const isDirect = now - this.#writtenAt < SOCKET_SEES && sink.writableCorked === 0
    if (this.#direct && isDirect) this.#directSend?.queue(this.#direct, bytes)
    else this.#writeOut(sink, bytes)
  }

  #writeOut(sink: Writable, bytes: Buffer): void {
    this.#writtenAt = performance.now()
    sink.write(bytes, this.#flushed)
  }

  #open(sink: Writable, frame: Frame): void {
    writeHead(this.#response, this.#headers)
    this.#put(sink, this.#multipart.opening(frame, this.#framing))
  }

  /** Ends the stream so that the last picture stays on screen in every engine. */
  #finish(): void {
    this.#over = true
    const response = this.#response
    if (this.#sent && this.#sink)
      this.#put(this.#sink, this.#multipart.ending(this.#sent, this.#framing, this.#begun))
    else if (!response.headersSent) {
      response.shouldKeepAlive = false
      response.writeHead(503, { 'Retry-After': '5' })
    }
    response.end()
  }
}

/** Writes a stream's head and nothing else. */
export function writeHead(response: ServerResponse, headers: Readonly<Record<string, string>>): void {
  // Close-delimited: chunked coding would cost twice the time a frame, and a cut stream would show a broken icon.
  response.removeHeader('Transfer-Encoding')
  response.shouldKeepAlive = false
  response.writeHead(200, headers)
  response.flushHeaders()
}

/** What frames are written to: the socket, or an HTTP/2 stream. */
function sinkOf(response: ServerResponse): Writable | undefined {
  const { stream } = response as unknown as { stream?: Writable }
  return stream ?? response.socket ?? undefined
}
