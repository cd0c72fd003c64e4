import type { HistoryArchive, HourRow, RecordRow } from './history-archive.ts'
import type { ClusterObserver, StoreOperation } from './observer.ts'

/** An archive that tells of each failure of another, and fails then as that does. */
export class ObservedArchive implements HistoryArchive {
  readonly #archive: HistoryArchive
  readonly #observer: ClusterObserver

  constructor(archive: HistoryArchive, observer: ClusterObserver) {
    this.#archive = archive
    this.#observer = observer
  }

  readHours(room: string, from: number, to: number): Pick<HourRow, 'hour' | 'minutes'>[] {
    return this.#ask('read', (archive) => archive.readHours(room, from, to))
  }

  readRecord(room: string): RecordRow | undefined {
    return this.#ask('read', (archive) => archive.readRecord(room))
  }

  readRecords(after: string, most: number): RecordRow[] {
    return this.#ask('read', (archive) => archive.readRecords(after, most))
  }

  write(hours: readonly HourRow[], records: readonly RecordRow[]): void {
    this.#ask('write', (archive) => archive.write(hours, records))
  }

  deleteBefore(hour: number): void {
    this.#ask('delete', (archive) => archive.deleteBefore(hour))
  }

  #ask<T>(operation: StoreOperation, work: (archive: HistoryArchive) => T): T {
    try {
      return work(this.#archive)
    } catch (error) {
      this.#observer.storeFailed(operation)
      throw error
    }
  }
}
