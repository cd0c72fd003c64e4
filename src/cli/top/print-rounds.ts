import { setTimeout as sleep } from 'node:timers/promises'
import { History } from './history.ts'
import { toJson, toText } from './print.ts'
import { readRooms } from './read-rooms.ts'
import { toRows, toTotals } from './rows.ts'
import type { TopSettings } from './top-settings.ts'

/** The output format of readings. */
export interface Printing {
  isJson: boolean
  /** Whether to print one reading only. */
  isOnce: boolean
}

/**
 * Prints the rooms repeatedly until the reader of the output has closed it. Rejects if the first reading fails, or the
 * output cannot be written; later failures are reported on standard error.
 */
export async function printRounds(settings: TopSettings, { isJson, isOnce }: Printing): Promise<void> {
  const { url } = settings.source
  const stopped = new AbortController()
  const { signal } = stopped
  const stop = (error: Error) => stopped.abort(error)
  process.stdout.on('error', stop)
  const history = new History()
  for (let count = 0; !signal.aborted; count += 1) {
    const begun = performance.now()
    try {
      const reading = await readRooms(settings.source, settings.selection.filter, signal)
      history.add(reading)
      const rows = toRows(reading, history, settings.selection)
      const round = {
        url,
        time: reading.time,
        rows,
        totals: toTotals(rows, reading, history),
        load: reading.load,
      }
      const text = isJson ? toJson(round) : `${count > 0 ? '\n' : ''}${toText(round)}`
      await print(text).catch(stop)
    } catch (error) {
      if (signal.aborted) break
      if (count === 0) throw error
      process.stderr.write(`${(error as Error).message}\n`)
    }
    if (isOnce) break
    await sleep(begun + settings.interval - performance.now(), undefined, { signal }).catch(() => {})
  }
  if (signal.aborted && !hasLeft(signal.reason)) throw signal.reason
}

/** A slow reader gets fewer readings; none are queued. */
function print(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => (error ? reject(error) : resolve()))
  })
}

/** `| head` closes the pipe when it has enough. */
function hasLeft({ code }: NodeJS.ErrnoException): boolean {
  return code === 'EPIPE'
}
