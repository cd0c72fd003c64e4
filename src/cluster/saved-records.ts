import { LRUCache } from 'lru-cache'
import { BatchedReader } from './batched-reader.ts'
import { type HistoryArchive, mergeRecords, type RecordRow } from './history-archive.ts'
import type { WatchedRoom } from './watched-room.ts'

/** Records of rooms that nobody watches, kept in memory. */
const CACHED_RECORDS = 10_000

/**
 * The records of rooms as they are saved, read from the archive once. However many rooms are watched, the record of each
 * stays in memory, as every drawing needs its peak; of the others, those used last do.
 */
export class SavedRecords {
  readonly #watched: ReadonlyMap<string, WatchedRoom>
  /** Since null for a room that has no record. */
  readonly #others = new LRUCache<string, RecordRow | { room: string; since: null }>({
    maxSize: CACHED_RECORDS,
    sizeCalculation: () => 1,
  })
  readonly #reader: BatchedReader<string, RecordRow | undefined>

  /** @param watched the rooms that keep their record with them. */
  constructor(archive: Pick<HistoryArchive, 'readRecords'>, watched: ReadonlyMap<string, WatchedRoom>) {
    this.#watched = watched
    this.#reader = new BatchedReader((rooms) => archive.readRecords(rooms))
  }

  /** Resolves to the record of a room; null if it has none. */
  async read(room: string): Promise<RecordRow | null> {
    const known = this.known(room)
    if (known !== undefined) return known
    const read = await this.#reader.read(room)
    // Saving may have been quicker.
    const saved = this.known(room) ?? read ?? null
    this.#set(room, saved)
    return saved
  }

  /** The record if it is in memory; null for a room that has none, undefined where that is not known. */
  known(room: string): RecordRow | null | undefined {
    const watched = this.#watched.get(room)?.saved
    if (watched !== undefined) return watched
    const other = this.#others.get(room)
    return other?.since === null ? null : other
  }

  /** A record was added to what is saved. */
  noteSaved(room: string, record: RecordRow): void {
    const saved = this.known(room)
    // Only the archive knows what became of a room of which nothing is left but hits that were taken back.
    if (saved || (saved === null && record.peak > 0))
      this.#set(room, mergeRecords(saved ?? undefined, record))
    else this.forget(room)
  }

  /** A room is not watched any more. */
  keep(room: string, { saved }: WatchedRoom): void {
    if (saved !== undefined) this.#others.set(room, saved ?? { room, since: null })
  }

  /** Reads the record again when it is needed next. */
  forget(room: string): void {
    const watched = this.#watched.get(room)
    if (watched) watched.saved = undefined
    this.#others.delete(room)
  }

  #set(room: string, saved: RecordRow | null): void {
    const watched = this.#watched.get(room)
    if (watched) watched.saved = saved
    else this.#others.set(room, saved ?? { room, since: null })
  }
}
