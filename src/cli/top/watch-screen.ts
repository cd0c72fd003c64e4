import { setTimeout as sleep } from 'node:timers/promises'
import { History } from './history.ts'
import { layLines } from './layout.ts'
import type { Order } from './order.ts'
import { type Reading, readRooms } from './read-rooms.ts'
import { renderScreen } from './render-screen.ts'
import { toRows, toTotals } from './rows.ts'
import type { Terminal } from './terminal.ts'
import { type Key, keepInside, press, type View } from './view.ts'

/** Shows the rooms on the terminal until somebody quits. Rejects where the first reading fails: nothing was shown then. */
export async function watchScreen(order: Order, terminal: Terminal): Promise<void> {
  const ended = new AbortController()
  const first = await readRooms(order.source, order.selection.filter, ended.signal)
  const watch = new Watch(order, first, terminal, () => ended.abort())
  terminal.open({
    onKey: (key) => watch.press(key),
    onResize: () => watch.draw(),
    onEnd: () => ended.abort(),
  })
  try {
    watch.draw()
    while (await watch.pause(ended.signal)) await watch.read(ended.signal)
  } finally {
    terminal.close()
  }
}

/** What is on the screen, and what changes it: keys, readings, another size. */
class Watch {
  readonly #order: Order
  readonly #terminal: Terminal
  readonly #quit: () => void
  readonly #history = new History()
  #reading: Reading
  #begun = performance.now()
  #fault: string | undefined
  #view: View
  /** How many rooms were drawn, or would have been with more space. */
  #count = 0
  #hurry = new AbortController()

  constructor(order: Order, first: Reading, terminal: Terminal, quit: () => void) {
    this.#order = order
    this.#terminal = terminal
    this.#quit = quit
    this.#reading = first
    this.#history.add(first)
    this.#view = { ...order.selection, isTyping: false, offset: 0 }
  }

  press(key: Key): void {
    const before = this.#view
    const next = press(before, key, layLines(this.#terminal.size.height).rooms, this.#count)
    if (next === 'quit') return this.#quit()
    this.#view = next
    // The server is to look for the new filter too, but not at every letter.
    if (!next.isTyping && (before.isTyping || next.filter !== before.filter)) this.#hurry.abort()
    this.draw()
  }

  draw(): void {
    const { size } = this.#terminal
    const rows = toRows(this.#reading, this.#history, this.#view)
    this.#count = rows.length
    const offset = keepInside(this.#view.offset, layLines(size.height).rooms, rows.length)
    this.#view = { ...this.#view, offset }
    const screen = {
      url: this.#order.source.url,
      interval: this.#order.interval,
      time: this.#reading.time,
      rows,
      totals: toTotals(rows, this.#reading, this.#history),
      view: this.#view,
      fault: this.#fault,
    }
    this.#terminal.draw(renderScreen(screen, size))
  }

  /** Waits for the time of the next reading; says whether there is to be one. */
  async pause(ended: AbortSignal): Promise<boolean> {
    const signal = AbortSignal.any([ended, this.#hurry.signal])
    const time = this.#begun + this.#order.interval - performance.now()
    await sleep(time, undefined, { signal }).catch(() => {})
    return !ended.aborted
  }

  /** What fails is shown, and tried again. */
  async read(ended: AbortSignal): Promise<void> {
    this.#hurry = new AbortController()
    this.#begun = performance.now()
    try {
      this.#reading = await readRooms(this.#order.source, this.#view.filter, ended)
      this.#history.add(this.#reading)
      this.#fault = undefined
    } catch (error) {
      this.#fault = (error as Error).message
    }
    if (!ended.aborted) this.draw()
  }
}
