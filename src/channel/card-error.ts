import { PublicError } from '../errors.ts'
import type { Frame } from '../picture/frame.ts'

/** The failure of a picture whose source drew a card for it: the card says more than a caption. */
export class CardError extends PublicError {
  readonly card: Frame

  constructor({ code, status, caption, message, headers, retryIn }: PublicError, card: Frame) {
    super({ code, status, caption, detail: message, headers: { ...headers }, retryIn })
    this.card = card
  }
}
