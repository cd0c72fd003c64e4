import type { ChildProcess } from 'node:child_process'
import type { StateRequest } from './protocol.ts'
import type { Death } from './task.ts'

/** What a render process may take and whom it tells. */
export interface ProcessSettings {
  folders: readonly string[]
  skip: ReadonlyMap<string, string>
  /** What the process may hold in all before it is killed. */
  memoryBytes: number
  /** Answers a process that is yet to be told its widgets. @default a new one */
  fork?: (() => ChildProcess | undefined) | undefined
  /** Milliseconds a `load` may take, and then a drawing; a process that does not answer is killed. */
  drawTimeout: number
  /** Milliseconds that all modules together may take to load. */
  startTimeout: number
  /** Told when it died of itself, with what it leaves undone. */
  onDeath(death: Death): void
  /** Told when it is gone, in whichever way. */
  onEnd(): void
  onState(request: StateRequest): Promise<unknown>
  /** An error of a widget's that no drawing could tell: of a timer, or of a promise nobody waits for. */
  onStray(widget: string | undefined, failure: string): void
  /** Lines that widgets write to stdout and stderr. */
  onOutput(line: string, pid: number | undefined): void
}
