import { pino } from 'pino'
import { MemoryArchive } from '../../src/cluster/memory-archive.ts'
import { RecordedHistory } from '../../src/cluster/recorded-history.ts'

/** A history that keeps everything, and nothing once it is closed. */
export function memoryHistory(now?: () => number, archive = new MemoryArchive()): RecordedHistory {
  return new RecordedHistory({
    archive,
    retention: Number.POSITIVE_INFINITY,
    log: pino({ level: 'silent' }),
    ...(now && { now }),
  })
}
