import { setTimeout as sleep } from 'node:timers/promises'
import type { OpenResponse } from './client.ts'
import { untilCounted } from './measure.ts'
import type { OwnRooms } from './room-names.ts'
import type { Viewer } from './viewer.ts'

/** Rooms, and the streams that reserve them; close them at the end. */
export interface Taken {
  rooms: OwnRooms
  held: OpenResponse | undefined
}

/** Number of doctors that can run at once before one has to open new rooms. */
const SETS = ['1', '2', '3', '4']
const OWN_PATIENCE = 1000
/** Two doctors that reserve the same set at once both release it, and may find every set taken. Each retries after a pause. */
const ROUNDS = 3
const MAX_PAUSE = 1000

/**
 * Reserves unused rooms with a stream, until that is closed: other doctors use other rooms. If no stream can be opened,
 * or its count cannot be read, any rooms will do, since no count is checked then.
 */
export async function takeRooms(viewer: Viewer): Promise<Taken> {
  for (let round = 0; round < ROUNDS; round += 1) {
    if (round > 0) await sleep(Math.random() * MAX_PAUSE)
    const taken = await takeSet(viewer)
    if (taken) return taken
  }
  return { rooms: viewer.names.own(), held: undefined }
}

async function takeSet(viewer: Viewer): Promise<Taken | undefined> {
  for (const name of SETS.toSorted(() => Math.random() - 0.5)) {
    const rooms = viewer.names.own(name)
    const counts = await Promise.all(Object.values(rooms).map((room) => viewer.counts(room)))
    if (counts.some((count) => count !== undefined && count.connections > 0)) continue
    const held = await viewer.watch(`${rooms.quiet}.png?count=visitors`).catch(() => undefined)
    const isOurs = counts.includes(undefined) || (await untilCounted(viewer, rooms.quiet, 1, OWN_PATIENCE))
    if (isOurs || (await viewer.counts(rooms.quiet))?.connections === 0) return { rooms, held }
    held?.close()
  }
  return undefined
}
