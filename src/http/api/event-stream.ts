import type { ServerResponse } from 'node:http'
import { STREAM } from '../headers.ts'
import { isHttp2 } from '../request.ts'

/** One message of an event stream. */
export interface Message {
  id?: string
  event: string
  data: unknown
}

/**
 * Bytes that may wait for a slow consumer: enough for a thousand missed events. Libraries for this purpose (better-sse
 * 0.16 among them) ignore the result of `write`, and buffer without a limit.
 */
const MAX_BACKLOG_BYTES = 1_048_576
/** Reverse proxies close a connection that is silent for a minute; `EventSource` cannot distinguish that from an end. */
const HEARTBEAT = 15_000
/** How long a browser waits before it reconnects. */
const RETRY = 3_000

/** Sends the head of an event stream. */
export function writeEventHead(response: ServerResponse): void {
  response.writeHead(200, {
    ...STREAM,
    'Content-Type': 'text/event-stream; charset=utf-8',
    ...(!isHttp2(response.req) && { Connection: 'close' }),
  })
}

/** The options of an event stream. */
export interface EventStreamInit {
  /** Returns the id of the newest event, sent or not. */
  lastId(): string
  /** Called once when the stream has ended, on either side. */
  onClose(): void
}

/** A stream of Server-Sent Events to one consumer, which is disconnected when too many bytes wait for it. */
export class EventStream {
  readonly #response: ServerResponse
  readonly #lastId: () => string
  readonly #heartbeat: NodeJS.Timeout

  constructor(response: ServerResponse, { lastId, onClose }: EventStreamInit) {
    this.#response = response
    this.#lastId = lastId
    writeEventHead(response)
    this.#heartbeat = setInterval(() => this.mark(), HEARTBEAT)
    response.once('close', () => {
      clearInterval(this.#heartbeat)
      onClose()
    })
    this.#write(`retry: ${RETRY}\n: connected\n\n`)
  }

  /** Sends the id of the newest event: a client stores it without dispatching an event. */
  mark(): void {
    this.#write(`id: ${this.#lastId()}\n\n`)
  }

  send({ id, event, data }: Message): void {
    const name = id === undefined ? '' : `id: ${id}\n`
    // JSON contains no line breaks.
    this.#write(`${name}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
  }

  /** Ends it cleanly: the browser reconnects with its last event id. */
  end(): void {
    this.#response.end()
  }

  #write(text: string): void {
    if (this.#response.destroyed || this.#response.writableEnded) return
    this.#response.write(text)
    if (this.#response.writableLength > MAX_BACKLOG_BYTES) this.#response.destroy()
  }
}
