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

/** The room of a picture: what is counted and remembered. */
export function roomOf({ widget, key }: Pick<ChannelSpec, 'widget' | 'key'>): string {
  return `${widget}/${key}`
}
