import type { NodeFacts, NodeReport, SentNodeReport } from '../cluster-report.ts'
import type { ClusterParts, Driver } from '../driver.ts'
import type { History } from '../history.ts'
import type { Leases } from '../leases.ts'
import type { RoomLists } from '../room-directory.ts'
import type { SharedFiles } from '../shared-files.ts'
import type { ViewerSecrets } from '../viewer-secrets.ts'
import { PartsLink } from './parts-link.ts'
import { SharedBus } from './shared-bus.ts'
import { SharedPresence } from './shared-presence.ts'
import { SharedStore } from './shared-store.ts'
import type { PartsChannel } from './wire.ts'

/** Milliseconds between two reports of this process's own streams. */
const REPORT_INTERVAL = 2_000

/** A driver for one of several processes on a machine, whose parts another process has: see `PartsHost`. */
export function sharedDriver(channel: PartsChannel): Driver {
  return {
    expected: 'a channel to another process',
    accepts: () => false,
    async open(_location, { log, node }): Promise<ClusterParts> {
      let nodes: NodeReport[] = []
      let readFacts: (() => NodeFacts) | undefined
      const link = new PartsLink(channel, (notice) => {
        if ('nodes' in notice) nodes = notice.nodes
        else if ('fault' in notice) store.fault = notice.fault
        else
          for (const [room, change, counts] of notice.changes) {
            if (change === 'presence') presence.note(room, counts)
            bus.deliver(room, change)
          }
      })
      const bus = new SharedBus(link, log)
      const presence = new SharedPresence(link)
      const store = new SharedStore(link)
      const leases = toLeases(link)
      const report = () => {
        const { connections, openRooms } = presence
        const own: SentNodeReport = { name: node.name, connections, rooms: openRooms, ...readFacts?.() }
        link.send('parts.report', own)
      }
      report()
      const timer = setInterval(report, REPORT_INTERVAL).unref()
      const ends = { save: () => link.call<void>('parts.save').catch(() => {}) }
      return {
        ...{ bus, presence, store, history: toHistory(link), rooms: toRooms(link), leases },
        ...{ viewerSecrets: toSecrets(link), files: toFiles(link), ...ends },
        backup: () => link.call<string>('parts.backup'),
        report: () => ({ nodes, isPartial: false }),
        describe: (read) => {
          readFacts = read
          report()
        },
        close: async () => {
          clearInterval(timer)
          await Promise.all([presence.close(), leases.close()])
          await ends.save()
          await Promise.all([store.close(), bus.close()])
          link.close()
        },
      }
    },
  }
}

function toHistory(link: PartsLink): History {
  return {
    // The process that counts the viewers records them.
    note: () => {},
    hit: (room, amount) => link.send('history.hit', room, amount),
    read: (room, range) => link.call('history.read', room, range),
    record: (room) => link.call('history.record', room),
    peak: (room) => link.call('history.peak', room),
    peakNow: () => undefined,
    close: async () => {},
  }
}

function toRooms(link: PartsLink): RoomLists {
  return {
    list: (range) => link.call('rooms.list', range),
    read: (rooms) => link.call('rooms.read', rooms),
    count: (filter) => link.call('rooms.count', filter),
    widgets: (exclude) => link.call('rooms.widgets', exclude),
    delete: (room) => link.call('rooms.delete', room),
  }
}

function toLeases(link: PartsLink): Leases {
  return {
    hold: (name, duration) => link.call<boolean>('leases.hold', name, duration).catch(() => false),
    release: (name) => link.call<void>('leases.release', name).catch(() => {}),
    close: () => link.call<void>('leases.close').catch(() => {}),
  }
}

function toFiles(link: PartsLink): SharedFiles {
  return {
    write: (name, bytes) => link.call('files.write', name, bytes),
    keep: (name) => link.call('files.keep', name),
    read: async (name) => toBuffer(await link.call<Uint8Array | undefined>('files.read', name)),
    remove: (name) => link.call('files.remove', name),
  }
}

function toSecrets(link: PartsLink): ViewerSecrets {
  return { ofDay: async (day) => Buffer.from(await link.call<Uint8Array>('secrets.ofDay', day)) }
}

/** Bytes may be a plain array of bytes after their way. */
function toBuffer(bytes: Uint8Array | undefined): Buffer | undefined {
  return bytes && Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
