import type { RoomSummary } from '../../cluster/rooms.ts'
import { FAMILIES } from '../../viewer/client.ts'
import type { RoomViewers } from '../../viewer/viewers.ts'
import { type Look, lookKey } from '../../widget/look.ts'
import type { Manifest } from '../../widget/manifest.ts'
import { pathOfRoom } from '../../widget/room.ts'
import { toQuery } from '../page/page-look.ts'
import type { DashboardPictures } from './dashboard-pictures.ts'

/** One watched look of a room. */
interface WatchedLook {
  format: string
  /** The parameters that differ from their defaults. */
  query: string
  /** The path of the look's page. */
  href: string | undefined
  streams: number
}

const ENDINGS: Readonly<Record<string, string>> = { jpeg: 'jpg' }

/**
 * One room, as its template needs it.
 * @param manifest of the room's widget, if the widget still exists.
 */
export function toRoomPage(
  summary: RoomSummary,
  { streams, sent }: RoomViewers,
  manifest: Manifest | undefined,
  { base, pictures }: { base: string; pictures: DashboardPictures },
) {
  const { room, connections } = summary
  const page = base + pathOfRoom(summary)
  const families = FAMILIES.map((family) => {
    const clients = streams.filter(({ client }) => client.family === family)
    return { family, ...countOf(clients) }
  })
  return {
    summary,
    href: manifest && page,
    charts: pictures.charts(base, room),
    looks: toLooks(streams, manifest, page),
    // Frames of an embedded picture are counted in the room of the picture that contains it.
    within: Math.max(0, connections - streams.length),
    families: families
      .filter(({ streams }) => streams > 0)
      .toSorted((one, other) => other.streams - one.streams),
    all: countOf(streams),
    sent: sent && { since: sent.since, ...sent.traffic },
  }
}

function countOf(streams: RoomViewers['streams']): { streams: number; forwarded: number } {
  return { streams: streams.length, forwarded: streams.filter(({ client }) => client.isForwarded).length }
}

/** Sorted by viewers, most first. */
function toLooks(
  streams: RoomViewers['streams'],
  manifest: Manifest | undefined,
  page: string,
): WatchedLook[] {
  const groups = new Map<string, { look: Look; streams: number }>()
  for (const { look } of streams) {
    const key = lookKey(look)
    groups.set(key, { look, streams: (groups.get(key)?.streams ?? 0) + 1 })
  }
  return [...groups.values()]
    .map((group) => toLook(group.look, group.streams, manifest, page))
    .sort((one, other) => other.streams - one.streams)
}

function toLook(look: Look, streams: number, manifest: Manifest | undefined, page: string): WatchedLook {
  const query = manifest ? String(toQuery(manifest, look)) : ''
  const ending = ENDINGS[look.format] ?? look.format
  const href = manifest && `${page}${ending === 'png' ? '' : `.${ending}`}${query && `?${query}`}`
  return { format: look.format.toUpperCase(), query, href, streams }
}
