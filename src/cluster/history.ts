import type { HistoryStep } from '../widget/room-history.ts'
import type { Counts } from './presence.ts'

/** Which part of a room's history is wanted, in milliseconds since the epoch. */
export interface HistoryRange {
  /** The step that holds it is the first. */
  from: number
  /** Steps that begin later are left out, or at it. */
  to: number
  /** Milliseconds: whole minutes of which so many make a day, counted in UTC. */
  step: number
}

/** What is known of a room besides its history, for as long as the store is. */
export interface RoomRecord {
  /** When it was first watched or asked for, in milliseconds since the epoch; undefined for a room nobody knows. */
  since: number | undefined
  /** The most visitors at once, ever. */
  peak: number
  /** The most visitors at once since midnight in UTC. */
  peakToday: number
}

/**
 * Who watched a room when, by minute. It MUST keep what it was told through a restart, and all but the last minute of
 * it when its process is killed. What nobody watched or asked for costs nothing: a step that is not there is zero.
 * Telling it something never throws and never waits: a history with a hole is no reason to show no picture.
 *
 * Where several nodes share one, presence tells it the counts of all nodes, and hits add up.
 */
export interface History {
  /** A room's counts, from now until the next. */
  note(room: string, counts: Pick<Counts, 'connections' | 'visitors'>): void
  /** A picture of the room was asked for, or (-1) was not after all. */
  hit(room: string, amount: number): void
  /** The steps in which anything happened, the oldest first. */
  read(room: string, range: HistoryRange): Promise<HistoryStep[]>
  record(room: string): Promise<RoomRecord>
  /** The `peak` of a room's record alone: each drawing asks for it. */
  peak(room: string): Promise<number>
  /**
   * What is known of every room, in the order of rooms; read a part at a time, so that something else can happen
   * between.
   */
  records(): AsyncIterable<RoomRecord & { room: string }>
  /** Keeps everything. Nothing may be asked of it afterwards. */
  close(): Promise<void>
}
