import type { Logger } from 'pino'
import { formatPlace } from '../widget/find-place.ts'
import type { WidgetFault } from '../widget/load-folder.ts'
import type { Manifest } from '../widget/manifest.ts'
import type { Roles } from '../widget/role.ts'
import type { Loaded } from './protocol.ts'

/** The code that runs now: its widgets, and the modules that failed to load. */
export class LoadedCode {
  readonly #log: Logger
  #manifests: ReadonlyMap<string, Manifest> = new Map()
  #faults: readonly WidgetFault[] = []
  #files: readonly string[] = []
  /** Those that were logged: a reload does not repeat them. */
  #notices: ReadonlySet<string> = new Set()
  #roles: Roles = new Map()
  #kept: ReadonlySet<string> = new Set()

  constructor(log: Logger) {
    this.#log = log
  }

  /** The widgets that can be drawn, by name. */
  get manifests(): ReadonlyMap<string, Manifest> {
    return this.#manifests
  }

  /** The modules that are not widgets, and why. */
  get faults(): readonly WidgetFault[] {
    return this.#faults
  }

  /** Every file that the newest code was read from. */
  get files(): readonly string[] {
    return this.#files
  }

  /** The names of the widgets that serve a part of the server. */
  get roles(): Roles {
    return this.#roles
  }

  /** Whether there is a file by this name, good or bad. */
  has(widget: string): boolean {
    return this.#manifests.has(widget) || this.#faults.some(({ name }) => name === widget)
  }

  /** Whether a widget's newest code does not load and its previous code continues to run. */
  isKept(widget: string): boolean {
    return this.#kept.has(widget)
  }

  /** Records the loaded code; returns the widgets whose previous code must keep running. */
  update({ manifests, faults, files, roles, notices }: Loaded): ReadonlySet<string> {
    const known = this.#manifests
    const loaded = new Map(manifests.map((manifest) => [manifest.name, manifest]))
    // A folder that cannot be read is a fault without a name: all of its widgets are missing.
    const broken = new Set(faults.map(({ name }) => name))
    const kept = [...known].filter(([name]) => !loaded.has(name) && (broken.has(name) || broken.has('')))
    this.#manifests = new Map([...loaded, ...kept])
    this.#faults = faults
    this.#files = files
    for (const notice of notices) if (!this.#notices.has(notice)) this.#log.warn(notice)
    this.#notices = new Set(notices)
    this.#roles = roles
    for (const fault of faults) {
      const continues = known.has(fault.name) || (fault.name === '' && kept.length > 0)
      this.#log.error(
        { file: formatPlace(fault), reason: fault.message },
        continues ? 'a widget does not load: its previous code continues to run' : 'not a widget',
      )
    }
    this.#kept = new Set(kept.map(([name]) => name))
    return this.#kept
  }
}
