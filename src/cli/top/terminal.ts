import { emitKeypressEvents } from 'node:readline'
import type { ReadStream, WriteStream } from 'node:tty'
import { isUtf8 } from './is-utf8.ts'
import { type Line, paint } from './line.ts'
import type { Size } from './screen.ts'
import type { Key } from './view.ts'

/** The events of a terminal. */
export interface TerminalEvents {
  onKey(key: Key): void
  /** Its size changed, or it must be redrawn. */
  onResize(): void
  /** It was closed, or the process must end. */
  onEnd(): void
}

// ECMA-48, and xterm's private modes 25 (cursor) and 1049 (a screen beside the one with the shell's lines).
const ENTER = '\x1b[?1049h\x1b[?25l'
const LEAVE = '\x1b[?25h\x1b[?1049l'
const HOME = '\x1b[H'
const CLEAR_LINE = '\x1b[2K'
const CLEAR_REST = '\x1b[J'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** The terminal, in full-screen mode from `open` to `close`: alternate screen, no cursor, raw keys. */
export class Terminal {
  readonly #input: ReadStream
  readonly #output: WriteStream
  #events: TerminalEvents | undefined

  constructor(input: ReadStream, output: WriteStream) {
    this.#input = input
    this.#output = output
  }

  get size(): Size {
    const { columns: width, rows: height } = this.#output
    // A terminal that does not know its size reports 0.
    return { width: width || 80, height: height || 24, isUnicode: isUtf8(process.env, process.platform) }
  }

  open(events: TerminalEvents): void {
    this.#events = events
    emitKeypressEvents(this.#input)
    this.#input.on('keypress', this.#onKeypress).on('end', events.onEnd).on('error', events.onEnd)
    this.#output.on('resize', events.onResize).on('error', events.onEnd)
    for (const signal of SIGNALS) process.on(signal, events.onEnd)
    // Restore the terminal before Node prints an error, so that the error can be read.
    process.on('uncaughtExceptionMonitor', this.#leave)
    this.#enter()
  }

  /** Overwrites the screen in one write, so that nothing flickers. */
  draw(lines: readonly Line[]): void {
    const isColored = this.#output.hasColors()
    // Clear first: with the cursor after the last column, a terminal would clear only that column.
    const drawn = lines.map((line) => CLEAR_LINE + paint(line, isColored))
    this.#output.write(HOME + drawn.join('\r\n') + CLEAR_REST)
  }

  /** Restores the terminal. */
  close(): void {
    const { onEnd = () => {}, onResize = () => {} } = this.#events ?? {}
    // Keep the error listeners: restoring a closed terminal fails.
    this.#input.off('keypress', this.#onKeypress).off('end', onEnd)
    this.#output.off('resize', onResize)
    for (const signal of SIGNALS) process.off(signal, onEnd)
    process.off('uncaughtExceptionMonitor', this.#leave)
    process.off('SIGCONT', this.#resume)
    this.#leave()
  }

  readonly #onKeypress = (_text: string | undefined, key: Key): void => {
    if (key.ctrl && key.name === 'z') this.#suspend()
    else this.#events?.onKey(key)
  }

  /** Suspends the whole process group, npm included, as the terminal would outside raw mode. */
  #suspend(): void {
    if (process.platform === 'win32') return
    this.#leave()
    process.once('SIGCONT', this.#resume)
    process.kill(0, 'SIGTSTP')
  }

  readonly #resume = (): void => {
    this.#enter()
    this.#events?.onResize()
  }

  #enter(): void {
    this.#input.setRawMode(true)
    this.#input.resume()
    this.#output.write(ENTER)
  }

  readonly #leave = (): void => {
    this.#output.write(LEAVE)
    this.#input.setRawMode(false)
    this.#input.pause()
  }
}
