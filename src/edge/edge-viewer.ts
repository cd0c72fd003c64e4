import type { WebSocket } from 'ws'
import type { Channel } from '../channel/channel.ts'
import type { EndReason, Viewer } from '../channel/viewer.ts'
import type { Frame } from '../picture/frame.ts'
import { encodeFrame } from './edge-protocol.ts'

/** Bytes that may wait in this process for one edge; beyond them its pictures skip to their newest frames. */
const MAX_WAITING_BYTES = 262_144

/** The pictures of one edge take turns on its connection. */
export class EdgeLine {
  readonly #webSocket: WebSocket
  readonly #waiting = new Set<EdgeViewer>()

  constructor(webSocket: WebSocket) {
    this.#webSocket = webSocket
  }

  /** Gives a picture a turn as soon as there is room: perhaps within this call. */
  join(viewer: EdgeViewer): void {
    this.#waiting.add(viewer)
    this.#serve()
  }

  leave(viewer: EdgeViewer): void {
    this.#waiting.delete(viewer)
  }

  /** Sends a picture; `onSent` is called when the kernel has it. */
  send(bytes: Buffer, onSent: () => void): void {
    this.#webSocket.send(bytes, { binary: true }, (error) => {
      if (error) return
      onSent()
      this.#serve()
    })
  }

  #serve(): void {
    for (const viewer of this.#waiting) {
      if (this.#webSocket.bufferedAmount >= MAX_WAITING_BYTES) return
      this.#waiting.delete(viewer)
      viewer.onTurn()
    }
  }
}

/** One picture of one edge, whatever the number of its viewers there. It is not counted: the edge reports who watches. */
export class EdgeViewer implements Viewer {
  readonly #id: number
  readonly #channel: Channel
  readonly #line: EdgeLine
  readonly #onEnd: (reason: EndReason) => void
  #leave: (() => void) | undefined
  #held: Frame | undefined
  #isSending = false
  #isOver = false

  /** @param onEnd called when the channel ends it */
  constructor(id: number, channel: Channel, line: EdgeLine, onEnd: (reason: EndReason) => void) {
    this.#id = id
    this.#channel = channel
    this.#line = line
    this.#onEnd = onEnd
  }

  start(): void {
    this.#leave = this.#channel.join(this)
  }

  show(frame: Frame): void {
    // The edge has its own, which it shows in time.
    if (this.#isOver || frame.isPlaceholder) return
    this.#held = frame
    this.#continue()
  }

  onTurn(): void {
    const frame = this.#held
    if (!frame || this.#isOver) return
    this.#held = undefined
    this.#isSending = true
    this.#line.send(encodeFrame(this.#id, frame, this.#channel.isLively), () => {
      this.#isSending = false
      this.#continue()
    })
  }

  end(reason: EndReason): void {
    if (this.#isOver) return
    this.stop()
    this.#onEnd(reason)
  }

  /** Leaves the channel. */
  stop(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#line.leave(this)
    this.#leave?.()
  }

  #continue(): void {
    if (this.#held && !this.#isSending && !this.#isOver) this.#line.join(this)
  }
}
