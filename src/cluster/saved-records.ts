import { LRUCache } from 'lru-cache'
import { BatchedReader } from './batched-reader.ts'
import { type HistoryArchive, mergeRecords, type RecordRow } from './history-archive.ts'
import type { WatchedRoom } from './watched-room.ts'

/** Records of unwatched rooms that are kept in memory. */
const CACHED_RECORDS = 10_000

/**
 * The saved records of rooms, read from the archive once. The record of every watched room stays in memory, because every
 * drawing needs its peak; of the others, the most recently used ones stay.
 */
export class SavedRecords {
  readonly #watched: ReadonlyMap<string, WatchedRoom>
  /** `null` for a room without a record. */
  readonly #others = new LRUCache<string, RecordRow | { room: string; since: null }>({
    maxSize: CACHED_RECORDS,
    sizeCalculation: () => 1,
  })
  readonly #reader: BatchedReader<string, RecordRow | undefined>

  readonly #isShared: boolean

  /**
   * @param watched the rooms that keep their record with them.
   * @param isShared whether other processes change records: none is kept then. @default false
   */
  constructor(
    archive: Pick<HistoryArchive, 'readRecords'>,
    watched: ReadonlyMap<string, WatchedRoom>,
    isShared = false,
  ) {
    this.#watched = watched
    this.#isShared = isShared
    this.#reader = new BatchedReader((rooms) => archive.readRecords(rooms))
  }

  /** Resolves to the record of a room; null if it has none. */
  async read(room: string): Promise<RecordRow | null> {
    const known = this.known(room)
    if (known !== undefined) return known
    const read = await this.#reader.read(room)
    // It may have been saved meanwhile.
    const saved = this.known(room) ?? read ?? null
    this.#set(room, saved)
    return saved
  }

  /** The record if it is in memory; null for a room without one, undefined if that is unknown. */
  known(room: string): RecordRow | null | undefined {
    const watched = this.#watched.get(room)?.saved
    if (watched !== undefined) return watched
    const other = this.#others.get(room)
    return other?.since === null ? null : other
  }

  /** Reports that a record was saved. */
  noteSaved(room: string, record: RecordRow): void {
    const saved = this.known(room)
    // Only the archive knows what became of a room of which nothing is left but hits that were taken back.
    if (saved || (saved === null && record.peak > 0))
      this.#set(room, mergeRecords(saved ?? undefined, record))
    else this.forget(room)
  }

  /** Reports that a room is no longer watched. */
  keep(room: string, { saved }: WatchedRoom): void {
    if (saved !== undefined) this.#others.set(room, saved ?? { room, since: null })
  }

  /** Reads the record again when it is next needed. */
  forget(room: string): void {
    const watched = this.#watched.get(room)
    if (watched) watched.saved = undefined
    this.#others.delete(room)
  }

  #set(room: string, saved: RecordRow | null): void {
    if (this.#isShared) return
    const watched = this.#watched.get(room)
    if (watched) watched.saved = saved
    else this.#others.set(room, saved ?? { room, since: null })
  }
}
