import { setTimeout as sleep } from 'node:timers/promises'
import { History } from './history.ts'
import { type Lines, layLines } from './layout.ts'
import { type Reading, readRooms } from './read-rooms.ts'
import { renderScreen } from './render-screen.ts'
import { toRows, toTotals } from './rows.ts'
import type { Terminal } from './terminal.ts'
import type { TopSettings } from './top-settings.ts'
import { type Key, keepInside, press, type View } from './view.ts'

/** Shows the rooms on the terminal until the user quits. Rejects if the first reading fails; nothing was shown then. */
export async function watchScreen(settings: TopSettings, terminal: Terminal): Promise<void> {
  const ended = new AbortController()
  const first = await readRooms(settings.source, settings.selection.filter, ended.signal)
  const watch = new Watch(settings, first, terminal, () => ended.abort())
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

/** The screen and its inputs: keys, readings, changes of size. */
class Watch {
  readonly #settings: TopSettings
  readonly #terminal: Terminal
  readonly #quit: () => void
  readonly #history = new History()
  #reading: Reading
  #begun = performance.now()
  #fault: string | undefined
  #view: View
  /** Number of rooms that fit, or would with more space. */
  #count = 0
  #hurry = new AbortController()

  constructor(settings: TopSettings, first: Reading, terminal: Terminal, quit: () => void) {
    this.#settings = settings
    this.#terminal = terminal
    this.#quit = quit
    this.#reading = first
    this.#history.add(first)
    this.#view = { ...settings.selection, isTyping: false, offset: 0 }
  }

  press(key: Key): void {
    const before = this.#view
    const next = press(before, key, this.#lines().rooms, this.#count)
    if (next === 'quit') return this.#quit()
    this.#view = next
    // Read again with the new filter, but not after every letter.
    if (!next.isTyping && (before.isTyping || next.filter !== before.filter)) this.#hurry.abort()
    this.draw()
  }

  draw(): void {
    const { size } = this.#terminal
    const rows = toRows(this.#reading, this.#history, this.#view)
    this.#count = rows.length
    const offset = keepInside(this.#view.offset, this.#lines().rooms, rows.length)
    this.#view = { ...this.#view, offset }
    const screen = {
      url: this.#settings.source.url,
      interval: this.#settings.interval,
      time: this.#reading.time,
      rows,
      totals: toTotals(rows, this.#reading, this.#history),
      load: this.#reading.load,
      view: this.#view,
      fault: this.#fault,
    }
    this.#terminal.draw(renderScreen(screen, size))
  }

  #lines(): Lines {
    return layLines(this.#terminal.size.height, this.#reading.load !== undefined)
  }

  /** Waits for the next reading; resolves to false when stopped. */
  async pause(ended: AbortSignal): Promise<boolean> {
    const signal = AbortSignal.any([ended, this.#hurry.signal])
    const time = this.#begun + this.#settings.interval - performance.now()
    await sleep(time, undefined, { signal }).catch(() => {})
    return !ended.aborted
  }

  /** A failed reading is shown, and retried. */
  async read(ended: AbortSignal): Promise<void> {
    this.#hurry = new AbortController()
    this.#begun = performance.now()
    try {
      this.#reading = await readRooms(this.#settings.source, this.#view.filter, ended)
      this.#history.add(this.#reading)
      this.#fault = undefined
    } catch (error) {
      this.#fault = (error as Error).message
    }
    if (!ended.aborted) this.draw()
  }
}
