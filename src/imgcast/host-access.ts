import type { Logger } from 'pino'
import type { Channels } from '../channel/channels.ts'
import type { EmbeddedReader } from '../channel/embedded-reader.ts'
import type { RoomEvents } from '../channel/room-events.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { findManifest } from '../http/picture/find-manifest.ts'
import { HostPictures } from '../http/picture/host-pictures.ts'
import type { PictureData } from '../http/picture/picture-data.ts'
import type { Renderer } from '../render/renderer.ts'
import { parseRoom } from '../widget/room.ts'
import { HostEvents } from './host-events.ts'
import { createHostRoom, readHostRoom } from './host-room.ts'
import type { Imgcast } from './imgcast-interface.ts'
import { toWidgetList } from './widget-list.ts'

/** The parts that an app uses in process. */
export interface HostAccessInit {
  cluster: Cluster
  renderer: Renderer
  channels: Channels
  embeddedReader: EmbeddedReader
  events: RoomEvents
  data: PictureData
  isReady(): boolean
  log: Logger
}

/** Creates what the app that runs the server uses in process: rooms, their events, and pictures. */
export function createHostAccess(
  init: HostAccessInit,
): Pick<Imgcast, 'room' | 'events' | 'redraw' | 'render' | 'widgets'> {
  const { cluster, renderer, channels, log } = init
  const { bus, presence } = cluster
  const events = new HostEvents(init.events, log)
  const files = new HostPictures(init)
  return {
    room: (room) => createHostRoom(room, { cluster, events, manifests: () => renderer.manifests }),
    events,
    redraw: async (room) => {
      if (room !== undefined) {
        const name = readHostRoom(renderer.manifests, room)
        findManifest(renderer.manifests, parseRoom(name).widget)
        return bus.publish(name, 'redraw')
      }
      const watched = await presence.rooms()
      // Stateless pictures are in no room that is counted.
      for (const each of new Set([...watched.map(({ room }) => room), ...channels.rooms]))
        bus.publish(each, 'redraw')
    },
    render: (path) => files.read(path),
    get widgets() {
      return toWidgetList(renderer.manifests)
    },
  }
}
