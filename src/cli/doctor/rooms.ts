import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Answer } from './client.ts'
import { untilCounted } from './measure.ts'
import type { Viewer } from './viewer.ts'

/** Where the doctor looks. A room that somebody looked at stays in the server's list: there are to be few of them. */
export interface Rooms {
  pushes: string
  quiet: string
  visit: string
  visitors: string
}

/** Rooms, and what holds them: to be closed. */
export interface Taken {
  rooms: Rooms
  held: Answer | undefined
}

/** So many doctors can be at work at once before one leaves rooms of its own. */
const SETS = ['1', '2', '3', '4']
const OWN_PATIENCE = 1000
/** Two who take one set at once both let go of it, and may so miss all: each looks again, a while later. */
const ROUNDS = 3
const LONGEST_PAUSE = 1000

/**
 * Takes rooms in which nobody else is, and holds them by a stream until that is closed: other doctors take others. Where
 * no stream can be had, or its count not be read, any will do: nothing can be counted wrong then.
 */
export async function takeRooms(viewer: Viewer): Promise<Taken> {
  for (let round = 0; round < ROUNDS; round += 1) {
    if (round > 0) await sleep(Math.random() * LONGEST_PAUSE)
    const taken = await takeSet(viewer)
    if (taken) return taken
  }
  return { rooms: roomsOf(randomBytes(8).toString('hex')), held: undefined }
}

async function takeSet(viewer: Viewer): Promise<Taken | undefined> {
  for (const name of SETS.toSorted(() => Math.random() - 0.5)) {
    const rooms = roomsOf(name)
    const counts = await Promise.all(Object.values(rooms).map((room) => viewer.counts(room)))
    if (counts.some((count) => count !== undefined && count.connections > 0)) continue
    const held = await viewer.open(`${rooms.quiet}.png?count=visitors`).catch(() => undefined)
    const isOurs = counts.includes(undefined) || (await untilCounted(viewer, rooms.quiet, 1, OWN_PATIENCE))
    if (isOurs || (await viewer.counts(rooms.quiet))?.connections === 0) return { rooms, held }
    held?.close()
  }
  return undefined
}

function roomsOf(name: string): Rooms {
  const room = (what: string) => `online/doctor-${name}-${what}`
  return { pushes: room('pushes'), quiet: room('quiet'), visit: room('visit'), visitors: room('visitors') }
}
