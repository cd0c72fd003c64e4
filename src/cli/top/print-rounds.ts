import { once } from 'node:events'
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
 * Prints the rooms, again and again, until whoever reads the output has gone. Rejects where the first reading fails; a
 * later one that does is told on standard error.
 */
export async function printRounds(order: Order, { isJson, isOnce }: Printing): Promise<void> {
  const { url } = order.source
  const { signal } = stopAtEndOf(process.stdout)
  const history = new History()
  for (let count = 0; !signal.aborted; count += 1) {
    const begun = performance.now()
    try {
      const reading = await readRooms(order.source, order.selection.filter, signal)
      history.add(reading)
      const rows = toRows(reading, history, order.selection)
      const round = { url, time: reading.time, rows, totals: toTotals(rows, reading, history) }
      const text = isJson ? toJson(round) : `${count > 0 ? '\n' : ''}${toText(round)}`
      // Who reads slowly gets fewer rounds, and none pile up.
      if (!process.stdout.write(text)) await once(process.stdout, 'drain', { signal })
    } catch (error) {
      if (signal.aborted) return
      if (count === 0) throw error
      process.stderr.write(`${(error as Error).message}\n`)
    }
    if (isOnce) return
    await sleep(begun + order.interval - performance.now(), undefined, { signal }).catch(() => {})
  }
}

/** `| head` goes when it has enough. */
function stopAtEndOf(output: NodeJS.WriteStream): AbortController {
  const stopped = new AbortController()
  output.on('error', () => stopped.abort())
  return stopped
}
