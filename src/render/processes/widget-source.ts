import { Backoff } from '../../system/backoff.ts'
import type { Job } from '../protocol.ts'
import type { Task } from './task.ts'

/** The options of a source. */
export interface WidgetSourceInit {
  job: Job
  /** Passes the task to a process; it stays active while the source runs. */
  dispatch(task: Task): void
  onPush(pushed: Job['pushed']): void
  /** Called when the widget's `start` threw. */
  onFailure(error: Error): void
}

const PAUSES = [250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000]
/** A source that ran this long was healthy: the next pause is the first one again (milliseconds). */
const HEALTHY_AFTER = 10_000

/** A widget's source of changes: restarted in another process when its own ends, until it is closed. */
export class WidgetSource {
  readonly #init: WidgetSourceInit
  readonly #backoff = new Backoff(PAUSES)
  #end: (() => void) | undefined
  #retry: NodeJS.Timeout | undefined
  #closed = false

  constructor(init: WidgetSourceInit) {
    this.#init = init
    void this.#run()
  }

  /** Ends it: its signal is aborted. */
  close(): void {
    this.#closed = true
    clearTimeout(this.#retry)
    this.#end?.()
  }

  async #run(): Promise<void> {
    const startedAt = performance.now()
    await new Promise((resolve, reject) => {
      this.#init.dispatch({
        job: this.#init.job,
        interest: () => (this.#closed ? 0 : 2),
        onPush: (pushed) => this.#closed || this.#init.onPush(pushed),
        onBegun: (end) => {
          this.#end = end
          if (this.#closed) end()
        },
        resolve,
        reject,
      })
    }).catch((error: Error) => this.#closed || this.#init.onFailure(error))
    this.#end = undefined
    if (this.#closed) return
    if (performance.now() - startedAt > HEALTHY_AFTER) this.#backoff.reset()
    this.#backoff.fail()
    this.#retry = setTimeout(() => void this.#run(), this.#backoff.pause)
  }
}
