import type { Job, JobResult } from './protocol.ts'

/** Why a render process ended, in the words its error card uses after the widget's name. */
export interface Death {
  reason: string
  /** The jobs it was working on: one of their widgets is the likely cause. */
  suspects: Task[]
  /** The jobs it had not begun. */
  waiting: Task[]
  /** Killed by somebody else: the kernel, for memory, or a person. */
  fromOutside: boolean
  /** The module whose own code was running while the process was starting up. */
  loading: string | undefined
}

/** A job and whoever waits for it. */
export interface Task {
  readonly job: Job
  /** How much it is waited for: the most wanted is drawn first, what nobody wants not at all. */
  interest(): number
  /** Told of each change of a source. */
  onPush?(pushed: Job['pushed']): void
  /** Given what ends a source, when it has begun. */
  onBegun?(end: () => void): void
  resolve(result: JobResult): void
  reject(error: Error): void
}

/** A task that a process has. */
export interface Running {
  task: Task
  /** A source of changes is `living`: it takes no time of the process that could be measured. */
  phase: 'loading' | 'waiting' | 'drawing' | 'living'
  timer: NodeJS.Timeout | undefined
  /** It was given as much time again, as others were being drawn. */
  extended: boolean
  /** The first frames of its animation are drawn. */
  begun: boolean
}
