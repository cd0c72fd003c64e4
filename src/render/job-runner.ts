import { PublicError } from '../errors.ts'
import { roomOf } from '../widget/room.ts'
import type { DrawQueue } from './draw-queue.ts'
import type { Failures } from './failures.ts'
import type { Payers } from './fair-shares.ts'
import { JobQuota } from './job-quota.ts'
import type { RenderObserver } from './observer.ts'
import type { Task } from './processes/task.ts'
import type { Drawing, Job, JobResult } from './protocol.ts'
import { Abandoned, AuthorMistake, describeFailedJob, RenderError } from './render-error.ts'

/** What running jobs needs. */
export interface JobRunnerInit {
  failures: Failures
  /** The pictures that wait. */
  queue: DrawQueue
  observer: Pick<RenderObserver, 'drawn' | 'failed'> | undefined
  /** Passes a task to a process. */
  dispatch(task: Task): void
  /** Milliseconds that are added to the time of each job. @default 0 */
  clockOffset?: (() => number) | undefined
  /** A job of this widget was done. */
  onSuccess(widget: string): void
  isClosed(): boolean
}

/** How much a job is wanted, and by whom. */
export interface Demand {
  /** Its priority: 2 in an open picture, 1 otherwise, 0 when no client waits any longer. */
  interest(): number
  /** The networks that pay for it. @default none: it is the server's own */
  payers?: (() => Payers) | undefined
}

/** Jobs that wait or are being done. More would not be drawn before their clients give up. */
const LIMITS = { total: 2000, perNetwork: 500 }

/** Runs jobs to their end: within the quota, with their failures recorded and logged. */
export class JobRunner {
  readonly #init: JobRunnerInit
  readonly #quota = new JobQuota(LIMITS)

  constructor(init: JobRunnerInit) {
    this.#init = init
  }

  /** How many jobs wait or are being done. */
  get size(): number {
    return this.#quota.total
  }

  /** Rejects with a `RenderError`, with another `PublicError`, or with `Abandoned`. */
  async run(given: Job, demand: Demand): Promise<JobResult> {
    const { failures, observer, clockOffset } = this.#init
    const job = { ...given, time: given.time + (clockOffset?.() ?? 0) }
    const { widget } = job
    const room = roomOf(job)
    // A picture whose data cannot be loaded is not drawn.
    const isPicture = job.output === 'frame' || job.output === 'load'
    try {
      const result = await this.#dispatch(job, demand)
      this.#init.onSuccess(widget)
      if (isPicture) failures.delete(room)
      if (job.output === 'frame') observer?.drawn(widget, result as Drawing)
      return result
    } catch (error) {
      if (isPicture && !(error instanceof Abandoned)) observer?.failed(widget)
      if (error instanceof Abandoned) throw error
      if (error instanceof PublicError) {
        if (error.cause && !this.#init.isClosed())
          failures.log(widget, stackOf(error.cause), 'a widget failed')
        throw error
      }
      const what = describeFailedJob(job, error)
      if (!this.#init.isClosed()) {
        if (isPicture) {
          if (error instanceof AuthorMistake) failures.recordReason(room, what)
          else failures.recordError(room, error as Error)
        }
        failures.log(widget, stackOf(error), `a widget ${what}`)
      }
      throw new RenderError(widget, what, { cause: error })
    }
  }

  async #dispatch(job: Job, { interest, payers }: Demand): Promise<JobResult> {
    let isRefused = false
    let leave: (() => void) | undefined
    const wait = job.output === 'frame' ? this.#init.queue.enter() : undefined
    try {
      return await new Promise<JobResult>((resolve, reject) => {
        const refuse = (error: Error) => {
          isRefused = true
          reject(error)
        }
        leave = this.#quota.enter({ network: payers?.().networks[0], refuse })
        this.#init.dispatch({
          job,
          wait,
          interest: () => (isRefused ? 0 : interest()),
          ...(payers && { payers }),
          resolve,
          reject,
        })
      })
    } finally {
      leave?.()
      wait?.leave()
    }
  }
}

function stackOf(error: unknown): string {
  return String((error as Error).stack)
}
