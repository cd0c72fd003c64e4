import { LRUCache } from 'lru-cache'
import type { ChannelSpec } from '../../channel/spec.ts'
import { clusterTime } from '../../cluster/cluster-time.ts'
import type { Store } from '../../cluster/store.ts'
import { makeBadgeSvg } from '../../picture/badge/badge-svg.ts'
import { Logos } from '../../picture/badge/logo.ts'
import { type StatusLook, statusBadge } from '../../picture/badge/status-badge.ts'
import { readStatus, rollUp, type StatusContent } from '../../picture/badge/status-content.ts'
import { type Encoded, SvgText } from '../../picture/frame.ts'
import { BADGE } from '../../status/status-schema.ts'
import type { Manifest } from '../../widget/manifest.ts'
import { type RoomParts, roomOf } from '../../widget/room.ts'
import { readLinks } from '../badge-query.ts'

/** The widget's maximum. */
const MAX_MEMBERS = 50
/** Statuses that are remembered for when the store cannot be read. */
const MAX_KNOWN = 2_000

/** What is set, and when it was read. */
interface Known {
  stored: object
  at: number
}

/** An SVG of what was last known of a status. */
export interface LastStatus {
  svg: string
  /** Milliseconds since all of it was current. */
  age: number
}

/**
 * The server's own part of the widget with the role `status-badge`: it reads logos and links, and writes the SVG with the
 * functions that the widget draws with. A few texts of bounded length need no render process.
 */
export class StatusPictures {
  readonly #store: Pick<Store, 'get' | 'clockOffset'>
  readonly #logos = new Logos()
  /** What is set, by room, and when it was read. What is not set is not kept: strangers could push out the rest. */
  readonly #known = new LRUCache<string, Known>({ max: MAX_KNOWN })

  constructor(store: Pick<Store, 'get' | 'clockOffset'>) {
    this.#store = store
  }

  /** Whether a widget shows statuses, and is not the owner's widget of the same name. */
  has({ role }: Manifest): boolean {
    return role === 'status-badge'
  }

  /** Returns the SVG of a status; undefined if the widget must draw it. */
  async svg(spec: ChannelSpec, query: URLSearchParams): Promise<Encoded | undefined> {
    if (!isBadge(spec)) return undefined
    const now = clusterTime(this.#store)
    const show = (key: string) => this.#show(spec, key, now)
    const members = membersOf(spec)
    const content = members ? rollUp(await Promise.all(members.map(show)), spec.key) : await show(spec.key)
    return new SvgText(this.#draw(spec, query, content))
  }

  /** Whether all that a badge shows was read before. */
  remembers(spec: ChannelSpec): boolean {
    return this.#recall(spec) !== undefined
  }

  /** Returns the SVG of what was last known; undefined if that is not all that it shows. */
  lastSvg(spec: ChannelSpec, query: URLSearchParams): LastStatus | undefined {
    const known = this.#recall(spec)
    if (!known) return undefined
    const now = clusterTime(this.#store)
    const contents = known.map(({ key, stored }) => readStatus(stored, key, now))
    const [first] = contents
    const content = membersOf(spec) || !first ? rollUp(contents, spec.key) : first
    const oldest = Math.min(performance.now(), ...known.map(({ at }) => at))
    return { svg: this.#draw(spec, query, content), age: performance.now() - oldest }
  }

  #recall(spec: ChannelSpec): (Known & { key: string })[] | undefined {
    if (!isBadge(spec)) return undefined
    const all: (Known & { key: string })[] = []
    for (const key of membersOf(spec) ?? [spec.key]) {
      const known = this.#known.peek(roomOf({ widget: spec.widget, key }))
      if (!known) return undefined
      all.push({ key, ...known })
    }
    return all
  }

  #draw({ look }: ChannelSpec, query: URLSearchParams, content: StatusContent): string {
    const badge = statusBadge(content, look.params as never as StatusLook, this.#logos)
    return makeBadgeSvg({ ...badge, links: readLinks(query, []) })
  }

  /** By hand, because each `await` delays every badge. */
  #show({ widget }: RoomParts, key: string, now: number): Promise<StatusContent> {
    const room = roomOf({ widget, key })
    return this.#store.get(room, BADGE).then((stored) => {
      if (typeof stored === 'object' && stored !== null)
        this.#known.set(room, { stored, at: performance.now() })
      else this.#known.delete(room)
      return readStatus(stored, key, now)
    })
  }
}

function isBadge({ look }: ChannelSpec): boolean {
  return look.format === 'svg' && look.params.show === 'badge'
}

/** The keys of the statuses that a badge sums up; undefined for a badge of its own. */
function membersOf({ look }: ChannelSpec): string[] | undefined {
  const { of } = look.params
  if (of === '') return undefined
  const members = String(of)
    .split(',')
    .map((member) => member.trim())
    .filter((member) => member !== '')
  return members.length === 0 ? undefined : members.slice(0, MAX_MEMBERS)
}
