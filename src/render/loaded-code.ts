import type { Logger } from 'pino'
import { sayPlace } from '../widget/find-place.ts'
import type { WidgetFault } from '../widget/load-folder.ts'
import type { Manifest } from '../widget/manifest.ts'
import type { Loaded } from './protocol.ts'

/** What is known of the code that runs now: its widgets, and the modules that are none. */
export class LoadedCode {
  readonly #log: Logger
  #manifests: ReadonlyMap<string, Manifest> = new Map()
  #faults: readonly WidgetFault[] = []

  constructor(log: Logger) {
    this.#log = log
  }

  /** The widgets that can be drawn, by name. */
  get manifests(): ReadonlyMap<string, Manifest> {
    return this.#manifests
  }

  /** The modules that are no widgets, and why. */
  get faults(): readonly WidgetFault[] {
    return this.#faults
  }

  /** Whether there is a file by this name, good or bad. */
  has(widget: string): boolean {
    return this.#manifests.has(widget) || this.#faults.some(({ name }) => name === widget)
  }

  /** Takes note of what has loaded; answers the widgets whose old code has to go on. */
  learn({ manifests, faults }: Loaded): ReadonlySet<string> {
    const known = this.#manifests
    const loaded = new Map(manifests.map((manifest) => [manifest.name, manifest]))
    // A folder that cannot be read is a fault without a name: all of its widgets are missing then.
    const broken = new Set(faults.map(({ name }) => name))
    const kept = [...known].filter(([name]) => !loaded.has(name) && (broken.has(name) || broken.has('')))
    this.#manifests = new Map([...loaded, ...kept])
    this.#faults = faults
    for (const fault of faults) {
      const goesOn = known.has(fault.name) || (fault.name === '' && kept.length > 0)
      this.#log.error(
        { file: sayPlace(fault), reason: fault.message },
        goesOn ? 'a widget does not load: its old code goes on running' : 'not a widget',
      )
    }
    return new Set(kept.map(([name]) => name))
  }
}
