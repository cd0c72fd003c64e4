import type { HistoryStep } from '../widget/room-history.ts'
import type { Counts } from './presence.ts'

/** A part of a room's history, in milliseconds since the epoch. */
export interface HistoryRange {
  /** The first step is the one that contains this time. */
  from: number
  /** Steps that begin at this time or later are not included. */
  to: number
  /** The length of a step, counted from midnight in UTC: whole minutes that divide a day. */
  step: number
}

/** The record of a room, kept as long as the store. */
export interface RoomRecord {
  /** When it was first watched or requested, in milliseconds since the epoch; undefined for an unknown room. */
  since: number | undefined
  /** The maximum of visitors. */
  peak: number
  /** The maximum of visitors since midnight in UTC. */
  peakToday: number
}

/**
 * The visitors, connections and hits of each room, by minute.
 *
 * - Recorded data MUST survive a restart, and all but the last minute of it a kill of its process.
 * - Minutes without viewers and requests MUST cost nothing: a missing step is zero.
 * - `note` and `hit` never throw and never block: a gap in the history is better than a missing picture.
 * - If several nodes share a history, `note` gets the counts of all nodes, and only the node with a room's lease calls it;
 *   hits of all nodes are added.
 * - Reading can be slow, and includes everything recorded before it on this node. It rejects if the storage fails.
 */
export interface History {
  /** Records a room's counts, which hold until the next call. */
  note(room: string, counts: Pick<Counts, 'connections' | 'visitors'>): void
  /** Records a request for a picture of the room; -1 takes one back, because the request failed. */
  hit(room: string, amount: number): void
  /** The steps with any activity, oldest first. */
  read(room: string, range: HistoryRange): Promise<HistoryStep[]>
  record(room: string): Promise<RoomRecord>
  /** Only the `peak` of a room's record, which every drawing needs. */
  peak(room: string): Promise<number>
  /** The same if it is known without reading the storage; undefined otherwise. */
  peakNow(room: string): number | undefined
  /**
   * Saves everything and ignores all further calls. Rejects with a `StoreError` if something could not be saved.
   */
  close(): Promise<void>
}
