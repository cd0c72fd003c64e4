import * as z from 'zod'
import { type Load, loadSchema } from '../../schema/load-schema.ts'
import { roomPageSchema, roomSchema } from '../../schema/room-schema.ts'
import { Deadline } from '../../system/deadline.ts'
import { callApi } from '../call-api.ts'

/** The fields of a room that are shown. */
const shownRoomSchema = roomSchema.omit({ peakToday: true })
const shownPageSchema = roomPageSchema.extend({ rooms: z.array(shownRoomSchema) })

/** A room as the API returns it. */
export type Room = z.infer<typeof shownRoomSchema>

/** One reading of a server. */
export interface Reading {
  /** Milliseconds since the epoch. */
  time: number
  /** All watched rooms, and of the others those with the most hits. */
  rooms: Room[]
  /** Number of rooms without viewers, listed or not. */
  unwatched: number
  /** What the server did in the last minute; undefined where an older server does not say. */
  load: Load | undefined
}

/** The server to read from. */
export interface Source {
  url: string
  token: string | undefined
}

type Page = z.infer<typeof shownPageSchema>

const LOAD = { name: 'load', schema: loadSchema }
const PAGE_OF_ROOMS = { name: 'list of rooms', schema: shownPageSchema }
/** Maximum of rooms on one page. */
const PAGE = '1000'
/** Timeout of a whole reading in milliseconds. */
const PATIENCE = 10_000

/**
 * Reads the rooms: all that are watched, page by page, and one page of the others, since there may be a hundred thousand.
 * @param search only other rooms whose name contains this
 * @param stopped ends the reading early
 */
export async function readRooms(source: Source, search: string, stopped: AbortSignal): Promise<Reading> {
  const deadline = new Deadline(PATIENCE, stopped)
  const { signal } = deadline
  const time = Date.now()
  const [watched, others, load] = await Promise.all([
    readWatched(source, signal),
    readPage(source, { watched: 'false', sort: '-hits', ...(search !== '' && { search }) }, signal),
    readLoad(source, signal),
  ]).finally(() => deadline.clear())
  // A room that lost its last viewer between the two responses is in both.
  const rooms = new Map([...others.rooms, ...watched].map((room) => [room.room, room]))
  return { time, rooms: [...rooms.values()], unwatched: others.total, load }
}

/** Sort by name: the only order that joins and leaves cannot change between two pages. */
async function readWatched(source: Source, signal: AbortSignal): Promise<Room[]> {
  const rooms: Room[] = []
  let cursor: string | null = null
  do {
    const query = { watched: 'true', sort: 'room', ...(cursor !== null && { cursor }) }
    const page: Page = await readPage(source, query, signal)
    rooms.push(...page.rooms)
    cursor = page.next
  } while (cursor !== null)
  return rooms
}

/** An older server has no such call, and what it fails at otherwise the other calls report. */
function readLoad(source: Source, signal: AbortSignal): Promise<Load | undefined> {
  return callApi({ ...source, method: 'GET', path: '/load', signal, expected: LOAD }).catch(() => undefined)
}

async function readPage(
  source: Source,
  query: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Page> {
  const path = `/rooms?${new URLSearchParams({ ...query, limit: PAGE })}`
  return callApi({ ...source, method: 'GET', path, signal, expected: PAGE_OF_ROOMS })
}
