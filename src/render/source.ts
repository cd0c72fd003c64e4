import type { Job } from './protocol.ts'
import type { Task } from './task.ts'

/** What a source is made of. */
export interface SourceInit {
  job: Job
  /** Finds it a process; the task stays under way for as long as the source is alive. */
  dispatch(task: Task): void
  onPush(pushed: Job['pushed']): void
  /** Told when the widget's `start` threw. */
  onFailure(error: Error): void
}

const FIRST_PAUSE = 250
const LONGEST_PAUSE = 30_000
/** A source that lived so many milliseconds was well: it is begun again at once. */
const WELL = 10_000

/** A widget's source of changes: begun anew in another process when its own ends, until it is closed. */
export class Source {
  readonly #init: SourceInit
  #end: (() => void) | undefined
  #retry: NodeJS.Timeout | undefined
  #pause = FIRST_PAUSE
  #closed = false

  constructor(init: SourceInit) {
    this.#init = init
    void this.#live()
  }

  /** Ends it: its signal is aborted. */
  close(): void {
    this.#closed = true
    clearTimeout(this.#retry)
    this.#end?.()
  }

  async #live(): Promise<void> {
    const begunAt = performance.now()
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
    if (performance.now() - begunAt > WELL) this.#pause = FIRST_PAUSE
    this.#retry = setTimeout(() => void this.#live(), this.#pause)
    this.#pause = Math.min(LONGEST_PAUSE, this.#pause * 2)
  }
}
