import type { ChannelSpec } from '../../channel/spec.ts'
import { clusterTime } from '../../cluster/cluster-time.ts'
import type { Store } from '../../cluster/store.ts'
import { makeBadgeSvg } from '../../picture/badge/badge-svg.ts'
import { Logos } from '../../picture/badge/logo.ts'
import { type StatusLook, statusBadge } from '../../picture/badge/status-badge.ts'
import { readStatus, rollUp } from '../../picture/badge/status-content.ts'
import { type Encoded, SvgText } from '../../picture/frame.ts'
import { BADGE } from '../../status/status-schema.ts'
import type { Manifest } from '../../widget/manifest.ts'
import { type RoomParts, roomOf } from '../../widget/room.ts'
import { readLinks } from '../badge-query.ts'

/** The widget's maximum. */
const MAX_MEMBERS = 50

/**
 * The server's own part of the widget with the role `status-badge`: it writes the SVG with the
 * functions that the widget draws with. A few texts of bounded length need no render process.
 */
export class StatusPictures {
  readonly #store: Pick<Store, 'get' | 'clockOffset'>
  readonly #logos = new Logos()

  constructor(store: Pick<Store, 'get' | 'clockOffset'>) {
    this.#store = store
  }

  /** Whether a widget shows statuses, and is not the owner's widget of the same name. */
  has({ role }: Manifest): boolean {
    return role === 'status-badge'
  }

  /** Returns the SVG of a status; undefined if the widget must draw it. */
  async svg(spec: ChannelSpec, query: URLSearchParams): Promise<Encoded | undefined> {
    const { params, format } = spec.look
    if (format !== 'svg' || params.show !== 'badge') return undefined
    const badge = statusBadge(
      await this.#show(spec, String(params.of)),
      params as never as StatusLook,
      this.#logos,
    )
    return new SvgText(makeBadgeSvg({ ...badge, links: readLinks(query, []) }))
  }

  #show({ widget, key }: RoomParts, of: string) {
    const now = clusterTime(this.#store)
    const show = (each: string) =>
      this.#store.get(roomOf({ widget, key: each }), BADGE).then((stored) => readStatus(stored, each, now))
    const members = of
      .split(',')
      .map((member) => member.trim())
      .filter((member) => member !== '')
    if (members.length === 0) return show(key)
    return Promise.all(members.slice(0, MAX_MEMBERS).map(show)).then((contents) => rollUp(contents, key))
  }
}
