import { basename, extname, resolve } from 'node:path'
import { type FSWatcher, watch } from 'chokidar'
import type { Logger } from 'pino'
import { MODULE_ENDINGS } from '../widget/module-endings.ts'

/** Editors write a file in several steps, and several files at once. */
const SETTLE_TIME = 60

/** Watches folders of modules, from before their code is first loaded, so that no change is missed. */
export class FolderWatch {
  readonly #watcher: FSWatcher | undefined
  #timer: NodeJS.Timeout | undefined
  #changed = false
  #listener: (() => void) | undefined

  private constructor(folders: readonly string[], log: Logger) {
    if (folders.length === 0) return
    const roots = new Set(folders.map((folder) => resolve(folder)))
    this.#watcher = watch([...roots], {
      ignoreInitial: true,
      // A widget may write beside itself, and a checkout or an install is not a change of a widget.
      ignored: (path, stats) =>
        !roots.has(resolve(path)) &&
        (/^(node_modules|\..*)$/.test(basename(path)) ||
          (stats?.isFile() === true && !MODULE_ENDINGS.has(extname(path)))),
    })
    this.#watcher.on('all', () => this.#settle())
    this.#watcher.on('error', (error) => {
      log.warn({ reason: (error as Error).message }, 'not all widget files are watched')
    })
  }

  /** Resolves when every change from now on will be told. */
  static async start(folders: readonly string[], log: Logger): Promise<FolderWatch> {
    const started = new FolderWatch(folders, log)
    const watcher = started.#watcher
    if (watcher) await new Promise<void>((done) => watcher.once('ready', done))
    return started
  }

  /** Calls `listener` for changes, those before this call included. */
  onChange(listener: () => void): void {
    this.#listener = listener
    if (this.#changed) listener()
  }

  close(): void {
    clearTimeout(this.#timer)
    void this.#watcher?.close()
  }

  #settle(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#changed = true
      this.#listener?.()
    }, SETTLE_TIME)
  }
}
