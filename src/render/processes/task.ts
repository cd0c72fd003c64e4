import type { Wait } from '../draw-queue.ts'
import type { Payers } from '../fair-shares.ts'
import type { Job, JobResult } from '../protocol.ts'

/** How a render process ended, and its unfinished jobs. */
export interface Death {
  /** As its error card shows it after the widget's name. */
  reason: string
  /** The jobs that it was working on: one of their widgets is the likely cause. */
  suspects: Task[]
  /** The suspect that it was drawing, if any. */
  drawing: Task | undefined
  /** The jobs that it had not started. */
  waiting: Task[]
  /** Killed from outside: by the kernel, for memory, or by a person. */
  fromOutside: boolean
  /** The module whose own code was running while the process was starting up. */
  loading: string | undefined
}

/** A job and the callbacks of its caller. */
export interface Task {
  readonly job: Job
  /** Its priority: the highest is drawn first; 0 is not drawn at all, as no viewer waits for it. */
  interest(): number
  /** Its time in the queue; undefined for other tasks. */
  readonly wait?: Wait | undefined
  /** The networks that its drawing is charged to. @default none: it is the server's own */
  payers?(): Payers
  /** Receives each change of a source. */
  onPush?(pushed: Job['pushed']): void
  /** Receives a function that ends the source, once it has begun. */
  onBegun?(end: () => void): void
  resolve(result: JobResult): void
  reject(error: Error): void
}
