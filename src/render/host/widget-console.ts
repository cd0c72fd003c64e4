import { AsyncLocalStorage } from 'node:async_hooks'
import { format } from 'node:util'

/** Methods whose text is prefixed. The others call these, such as `console.table`. */
const METHODS = ['log', 'info', 'debug', 'warn', 'error'] as const

/** Prefixes each line that a widget writes to the console with the widget's name: one process runs several widgets. */
export class WidgetConsole {
  readonly #running = new AsyncLocalStorage<string>()
  #widget: string | undefined

  constructor(console: Console) {
    for (const method of METHODS) {
      const write = console[method].bind(console)
      console[method] = (...values: unknown[]) => write(this.#prefix(format(...values)))
    }
  }

  /** The widget whose code is running, in its timers and promises too; undefined between them. */
  get widget(): string | undefined {
    return this.#widget ?? this.#running.getStore()
  }

  /** Runs a widget's asynchronous code. */
  run<T>(widget: string, code: () => Promise<T>): Promise<T> {
    return this.#running.run(widget, code)
  }

  /** Runs a widget's synchronous code. Its promises have no name: tracking them would cost time at every drawing. */
  runNow<T>(widget: string, code: () => T): T {
    const before = this.#widget
    this.#widget = widget
    try {
      return code()
    } finally {
      this.#widget = before
    }
  }

  /** Names the widget whose module is being loaded from now on; undefined when all are. */
  load(widget: string | undefined): void {
    this.#widget = widget
  }

  #prefix(text: string): string {
    const { widget } = this
    return widget === undefined ? text : text.replaceAll(/^/gm, `${widget}: `)
  }
}
