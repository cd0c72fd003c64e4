import type { EndReason } from '../../channel/viewer.ts'
import type { PublicError } from '../../errors.ts'
import type { Frame } from '../../picture/frame.ts'
import type { Traffic } from '../../viewer/traffic.ts'
import type { SessionViewer, ViewerSession } from '../../viewer/viewer-session.ts'
import type { FrameLine, LineMember } from './frame-line.ts'
import type { Announcement, ServerMessage } from './protocol.ts'

/** The socket that a subscription sends through. */
export interface SubscriptionHost {
  readonly line: FrameLine
  send(message: ServerMessage): void
  /** A subscription has ended: its id and its address are free again. */
  onEnded(subscription: Subscription): void
  /** Closes the whole socket at once. */
  destroy(): void
}

/** The words and the size of a picture before its first frame. */
export type PictureWords = Pick<Announcement, 'width' | 'height' | 'alt'>

/** One picture of a socket: a viewer. At most one frame is being sent and one is held, always the newest. */
export class Subscription implements SessionViewer, LineMember {
  readonly id: number
  readonly src: string
  readonly #host: SubscriptionHost
  #session: ViewerSession | undefined
  #announced: PictureWords | undefined
  #held: Frame | undefined
  #isSending = false
  #isPaused = false
  /** Why it ends, once the frames before have been sent. */
  #ending: { words: string; reason: EndReason } | undefined
  #isOver = false

  constructor(id: number, src: string, host: SubscriptionHost) {
    this.id = id
    this.src = src
    this.#host = host
  }

  /** Whether it has ended, perhaps before it began. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** Begins: counts the viewer in and shows it the picture. */
  start(session: ViewerSession, words: PictureWords): void {
    this.#session = session
    this.announce(words)
    session.start(this)
  }

  /** Sends its id, size and words once more, because the client has asked again. */
  repeat(): void {
    const known = this.#announced
    this.#announced = undefined
    if (known) this.announce(known)
  }

  /** Sends the picture's size and words, where they are new. */
  announce({ width, height, alt }: PictureWords): void {
    const known = this.#announced
    if (known && known.width === width && known.height === height && known.alt === alt) return
    this.#announced = { width, height, alt }
    this.#host.send({ subscribed: { id: this.id, src: this.src, width, height, alt } })
  }

  show(frame: Frame): void {
    if (this.#isOver || this.#ending) return
    if (this.#held && this.#traffic) this.#traffic.dropped += 1
    this.#held = frame
    this.#continue()
  }

  /** Sends no frames until `resume`; the viewer stays counted. */
  pause(): void {
    this.#isPaused = true
    this.#host.line.leave(this)
  }

  /** Sends the newest frame, if one came meanwhile, and all that follow. */
  resume(): void {
    this.#isPaused = false
    this.#continue()
  }

  onTurn(): void {
    const frame = this.#held
    if (!frame || this.#isOver) return
    this.#held = undefined
    this.#isSending = true
    const { width, height } = frame
    this.announce({ width, height, alt: frame.alt ?? this.#announced?.alt ?? '' })
    if (this.#traffic) {
      this.#traffic.frames += 1
      this.#traffic.bytes += frame.bytes.length
    }
    this.#host.line.write(this.id, frame.bytes, () => {
      this.#isSending = false
      this.#continue()
    })
  }

  end(reason: EndReason): void {
    this.#end(reason, reason)
  }

  /** Shows why there is no picture, and ends. */
  fail(error: PublicError, card: Frame): void {
    const { width, height } = card
    this.announce({ width, height, alt: error.caption })
    this.show(card)
    this.#end('refused', error.message)
  }

  /** Ends without the frames that wait. */
  stop(words: string, reason: EndReason): void {
    this.#held = undefined
    this.#finish(words, reason)
  }

  destroy(): void {
    this.#host.destroy()
  }

  get #traffic(): Traffic | undefined {
    return this.#session?.traffic
  }

  #end(reason: EndReason, words: string): void {
    if (this.#isOver || this.#ending) return
    this.#ending = { words, reason }
    this.#continue()
  }

  #continue(): void {
    if (this.#isSending || this.#isOver) return
    if (this.#held && !this.#isPaused) this.#host.line.join(this)
    else if (this.#ending) this.#finish(this.#ending.words, this.#ending.reason)
  }

  #finish(words: string, reason: EndReason): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#host.line.leave(this)
    this.#host.send({ ended: { id: this.id, reason: words } })
    this.#host.onEnded(this)
    this.#session?.end(reason)
  }
}
