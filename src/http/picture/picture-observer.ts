import type { PublicError } from '../../errors.ts'

/** Notified of how requests for pictures end. */
export interface PictureObserver {
  /** A still was sent, with all its bytes, or none for a 304. */
  sentStill(widget: string, status: 200 | 304, bytes: number): void
  /** A request ended as an error, in whatever form it was sent. */
  refused(error: PublicError): void
}
