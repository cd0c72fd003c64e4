import type { Manifest } from '../../widget/manifest.ts'
import { IsolatedWidget } from './isolated-widget.ts'
import type { Started } from './start-process.ts'
import type { Death, Task } from './task.ts'

/** The options of the isolation. */
export interface IsolationInit {
  /** Whether a widget's newest code does not load. */
  isBroken(widget: string): boolean
  /** Runs a task with the previous code, if a process still has it. */
  runOld(task: Task): void
  /** Returns a widget's current manifest. */
  manifestOf(widget: string): Manifest | undefined
  /** Starts a process for one widget. */
  start(widget: string, onDeath: (death: Death) => void): Promise<Started>
  /** Called when a widget took its own process down. */
  onDeath(widget: string, death: Death): void
}

/**
 * The widgets that run in processes of their own: those that took a shared process down, or are suspected of it, and
 * those with a source or a memory limit of their own, so that a hanging source or a large heap affects no other widget.
 */
export class Isolation {
  readonly #init: IsolationInit
  readonly #widgets = new Map<string, IsolatedWidget>()

  constructor(init: IsolationInit) {
    this.#init = init
  }

  /** Returns the isolated widget of this name; undefined if it shares a process. */
  find(widget: string): IsolatedWidget | undefined {
    if (this.#isAlwaysIsolated(widget)) this.isolate(widget)
    return this.#widgets.get(widget)
  }

  isolate(widget: string): void {
    if (this.#widgets.has(widget)) return
    const isolated = new IsolatedWidget({
      widget,
      isBroken: () => this.#init.isBroken(widget),
      runOld: (task) => this.#init.runOld(task),
      start: (onDeath) => this.#init.start(widget, onDeath),
      onDeath: (death) => this.#init.onDeath(widget, death),
    })
    this.#widgets.set(widget, isolated)
  }

  /** Records that these jobs of a widget took a process down; none if the cause is not one of them. */
  fail(widget: string, guilty: readonly Task[]): void {
    this.#widgets.get(widget)?.fail(guilty)
  }

  /** Records a good picture: a widget that was only suspected may share a process again. */
  succeed(widget: string): void {
    if (this.#widgets.get(widget)?.succeed() && !this.#isAlwaysIsolated(widget)) this.#end(widget)
  }

  /** Deletes all records, because the code is new, except those of widgets whose previous code keeps running. */
  renew(except: ReadonlySet<string>): void {
    for (const widget of [...this.#widgets.keys()]) if (!except.has(widget)) this.#end(widget)
  }

  /** Stops its timers; the processes are ended by their group. */
  close(): void {
    for (const widget of this.#widgets.values()) widget.close()
  }

  #end(widget: string): void {
    const isolated = this.#widgets.get(widget)
    this.#widgets.delete(widget)
    isolated?.end()
  }

  #isAlwaysIsolated(widget: string): boolean {
    const manifest = this.#init.manifestOf(widget)
    return manifest !== undefined && (manifest.starts || manifest.limits.memoryBytes !== undefined)
  }
}
