import type { Look } from '../widget/look.ts'

/** Names one live picture. */
export interface ChannelSpec {
  widget: string
  key: string
  look: Look
  /**
   * The pictures to be seen within it, each named as the widget names it; rejects with a `PublicError` where the widget
   * cannot read its parameters. Undefined for a picture that is read already.
   */
  shown?: Promise<readonly ShownSpec[]> | undefined
}

/** A picture within a picture. */
export interface ShownSpec {
  path: string
  spec: ChannelSpec
}
