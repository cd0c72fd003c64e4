import { setTimeout as sleep } from 'node:timers/promises'
import { History } from './history.ts'
import type { Order } from './order.ts'
import { toJson, toText } from './print.ts'
import { readRooms } from './read-rooms.ts'
import { toRows, toTotals } from './rows.ts'

/** How rounds are printed. */
export interface Printing {
  isJson: boolean
  /** Whether one round is enough. */
  isOnce: boolean
}

/**
 * Prints the rooms, again and again, until whoever reads the output has gone. Rejects where the first reading fails, or
 * the output cannot be written; a later reading that fails is told on standard error.
 */
export async function printRounds(order: Order, { isJson, isOnce }: Printing): Promise<void> {
  const { url } = order.source
  const stopped = new AbortController()
  const { signal } = stopped
  const stop = (error: Error) => stopped.abort(error)
  process.stdout.on('error', stop)
  const history = new History()
  for (let count = 0; !signal.aborted; count += 1) {
    const begun = performance.now()
    try {
      const reading = await readRooms(order.source, order.selection.filter, signal)
      history.add(reading)
      const rows = toRows(reading, history, order.selection)
      const round = { url, time: reading.time, rows, totals: toTotals(rows, reading, history) }
      const text = isJson ? toJson(round) : `${count > 0 ? '\n' : ''}${toText(round)}`
      await print(text).catch(stop)
    } catch (error) {
      if (signal.aborted) break
      if (count === 0) throw error
      process.stderr.write(`${(error as Error).message}\n`)
    }
    if (isOnce) break
    await sleep(begun + order.interval - performance.now(), undefined, { signal }).catch(() => {})
  }
  if (signal.aborted && !hasLeft(signal.reason)) throw signal.reason
}

/** Who reads slowly gets fewer rounds, and none pile up. */
function print(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => (error ? reject(error) : resolve()))
  })
}

/** `| head` goes when it has enough. */
function hasLeft({ code }: NodeJS.ErrnoException): boolean {
  return code === 'EPIPE'
}
