import type { HistoryStep } from '../widget/room-history.ts'
import type { Counts } from './presence.ts'

/** A part of a room's history, in milliseconds since the epoch. */
export interface HistoryRange {
  /** The first step is the one that holds this time. */
  from: number
  /** Steps that begin at this time or later are left out. */
  to: number
  /** The length of a step, counted from midnight in UTC: whole minutes that divide a day. */
  step: number
}

/** What is kept of a room for as long as the store is. */
export interface RoomRecord {
  /** When it was first watched or requested, in milliseconds since the epoch; undefined for an unknown room. */
  since: number | undefined
  /** The most visitors at once, ever. */
  peak: number
  /** The most visitors at once since midnight in UTC. */
  peakToday: number
}

/**
 * Who watched a room when, by minute.
 *
 * - It MUST keep what it was given through a restart, and all but the last minute of it when its process is killed.
 * - Minutes in which nobody watched or requested a room MUST cost nothing: a step that is missing is zero.
 * - `note` and `hit` never throw and never wait: a history with a gap is better than no picture.
 * - If several nodes share a history, `note` gets the counts of all nodes and one node at a time calls it for a room, by a
 *   lease; hits of all nodes add up.
 * - Reading may take time: it sees everything that was given before it on this node. It rejects if the storage fails.
 */
export interface History {
  /** A room's counts, from now until the next call. */
  note(room: string, counts: Pick<Counts, 'connections' | 'visitors'>): void
  /** A picture of the room was requested; or -1: the request ended with an error. */
  hit(room: string, amount: number): void
  /** The steps in which anything happened, the oldest first. */
  read(room: string, range: HistoryRange): Promise<HistoryStep[]>
  record(room: string): Promise<RoomRecord>
  /** The `peak` of a room's record alone: every drawing needs it. */
  peak(room: string): Promise<number>
  /** The same where it is known without asking the storage; undefined otherwise. */
  peakNow(room: string): number | undefined
  /** The records of all rooms, in the order of rooms; read part by part, with other work in between. */
  records(): AsyncIterable<RoomRecord & { room: string }>
  /**
   * Saves everything and ignores all further calls. Rejects with a `StoreError` if something could not be saved.
   */
  close(): Promise<void>
}
