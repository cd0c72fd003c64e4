import type { Fault } from '../errors.ts'
import { type Look, lookKey } from '../widget/look.ts'
import { roomOf } from '../widget/room.ts'

/** Names one live picture. Plain data. */
export interface ChannelSpec {
  widget: string
  key: string
  look: Look
}

/** A picture embedded in another. */
export interface EmbeddedSpec {
  /** As the widget names it: `widget/key?look`. */
  path: string
  /** The picture; undefined if there is no such one. */
  spec: ChannelSpec | undefined
  /** Caption of the card that is shown where there is no such picture. */
  caption?: string
  /** Device pixels per CSS pixel of that card. */
  scale?: number
  /** Why there is no such picture. */
  fault?: Fault
}

/** The id of a live picture: equal for specs of equal room and look, different for all others. */
export function channelId(spec: ChannelSpec): string {
  return JSON.stringify([roomOf(spec), lookKey(spec.look)])
}
