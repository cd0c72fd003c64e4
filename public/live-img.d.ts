/** The module defines `<live-img>`, once, where there is a document. */

/** A live picture: an `<img>` whose pictures come over one WebSocket for the whole page. */
export class LiveImg extends HTMLElement {
  static observedAttributes: string[]
  /** Each property is the attribute of its name; setting null removes it. */
  src: string | null
  alt: string | null
  width: string | number | null
  height: string | number | null
  loading: string | null
  /** `pause`, `leave` or `play`. */
  background: string | null
  server: string | null
}

/** What becomes of a picture that is off the screen, or in a hidden tab. */
export type Background =
  /** It is sent nothing, and still counts as a viewer. The default. */
  | 'pause'
  /** It does not count until it is seen again. */
  | 'leave'
  /** It is sent every frame. */
  | 'play'

declare global {
  interface HTMLElementTagNameMap {
    'live-img': LiveImg
  }
}
