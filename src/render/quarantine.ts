import type { Manifest } from '../widget/manifest.ts'
import { Solitary } from './solitary.ts'
import type { Started } from './start-process.ts'
import type { Death } from './task.ts'

/** What keeping widgets apart takes. */
export interface QuarantineInit {
  /** What is known of a widget now. */
  manifestOf(widget: string): Manifest | undefined
  /** Starts a process for one widget. */
  start(widget: string, onDeath: (death: Death) => void): Promise<Started>
  /** Told when a widget took its own process down. */
  onDeath(widget: string, death: Death): void
}

/**
 * The widgets that run in processes of their own: since they took a shared one down, or may have; and those with a source
 * or a memory limit of their own, as neither a hanging source nor a hoard is to be another widget's trouble.
 */
export class Quarantine {
  readonly #init: QuarantineInit
  readonly #solitary = new Map<string, Solitary>()

  constructor(init: QuarantineInit) {
    this.#init = init
  }

  /** Where a widget runs, if it runs alone. */
  find(widget: string): Solitary | undefined {
    if (this.#livesAlone(widget)) this.isolate(widget)
    return this.#solitary.get(widget)
  }

  isolate(widget: string): void {
    if (this.#solitary.has(widget)) return
    const solitary = new Solitary({
      widget,
      start: (onDeath) => this.#init.start(widget, onDeath),
      onDeath: (death) => this.#init.onDeath(widget, death),
    })
    this.#solitary.set(widget, solitary)
  }

  /** Remembers that a widget took a process down. */
  fail(widget: string): void {
    this.#solitary.get(widget)?.fail()
  }

  /** Remembers a good picture: a widget that was only under suspicion may share a process again. */
  succeed(widget: string): void {
    if (this.#solitary.get(widget)?.succeed() && !this.#livesAlone(widget)) this.#end(widget)
  }

  /** The code is new, but for some widgets: all others begin with a clean record. */
  renew(except: ReadonlySet<string>): void {
    for (const widget of [...this.#solitary.keys()]) if (!except.has(widget)) this.#end(widget)
  }

  /** Starts nothing any more by itself; the processes end elsewhere. */
  close(): void {
    for (const solitary of this.#solitary.values()) solitary.close()
  }

  #end(widget: string): void {
    const solitary = this.#solitary.get(widget)
    this.#solitary.delete(widget)
    solitary?.end()
  }

  #livesAlone(widget: string): boolean {
    const manifest = this.#init.manifestOf(widget)
    return manifest !== undefined && (manifest.starts || manifest.limits.memoryBytes !== undefined)
  }
}
