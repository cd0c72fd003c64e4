import { emitKeypressEvents } from 'node:readline'
import type { ReadStream, WriteStream } from 'node:tty'
import { isUtf8 } from './is-utf8.ts'
import { type Line, paint } from './line.ts'
import type { Size } from './screen.ts'
import type { Key } from './view.ts'

/** What a terminal is for: what is told of it. */
export interface TerminalEvents {
  onKey(key: Key): void
  /** It has another size, or has to be drawn anew. */
  onResize(): void
  /** Nobody is there any more, or the process is to end. */
  onEnd(): void
}

// ECMA-48, and xterm's private modes 25 (cursor) and 1049 (a screen beside the one with the shell's lines).
const ENTER = '\x1b[?1049h\x1b[?25l'
const LEAVE = '\x1b[?25h\x1b[?1049l'
const HOME = '\x1b[H'
const CLEAR_LINE = '\x1b[2K'
const CLEAR_REST = '\x1b[J'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** The terminal, taken over from `open` to `close`: its other screen, no cursor, each key at once. */
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
    // A terminal that does not tell its size says 0.
    return { width: width || 80, height: height || 24, isUnicode: isUtf8(process.env, process.platform) }
  }

  open(events: TerminalEvents): void {
    this.#events = events
    emitKeypressEvents(this.#input)
    this.#input.on('keypress', this.#onKeypress).on('end', events.onEnd).on('error', events.onEnd)
    this.#output.on('resize', events.onResize).on('error', events.onEnd)
    for (const signal of SIGNALS) process.on(signal, events.onEnd)
    // Before Node.js says what went wrong, so that it can be read.
    process.on('uncaughtExceptionMonitor', this.#leave)
    this.#enter()
  }

  /** Draws over what is there, at once: nothing flickers. */
  draw(lines: readonly Line[]): void {
    const isColored = this.#output.hasColors()
    // Cleared first: after its last column a terminal would clear just that one.
    const drawn = lines.map((line) => CLEAR_LINE + paint(line, isColored))
    this.#output.write(HOME + drawn.join('\r\n') + CLEAR_REST)
  }

  /** Gives it back as it was. */
  close(): void {
    const { onEnd = () => {}, onResize = () => {} } = this.#events ?? {}
    // The listeners of errors stay: a terminal that has gone cannot be given back.
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

  /** As the terminal would do, did it not hand over each key: the whole job stops, npm and all. */
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
