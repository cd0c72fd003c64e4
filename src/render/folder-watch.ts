import { basename, extname, resolve } from 'node:path'
import { type FSWatcher, watch } from 'chokidar'
import type { Logger } from 'pino'
import { MODULE_ENDINGS } from '../widget/module-endings.ts'

/**
 * Editors write a file in several steps, and several files at once. More than 50 ms: for so long chokidar does not
 * tell of a second change of the same file, which would be lost if the first one were acted upon sooner.
 */
const SETTLE_TIME = 60
/** Some editors, and some tools that fetch code, remove a file and write it again: its pictures must not notice. */
const RETURN_TIME = 300
/** A widget that writes data beside itself with every picture would otherwise be reloaded forever. */
const STREAK = 5
const STREAK_GAP = 2_000
const STREAK_PAUSE = 10_000
/** Besides modules that can be widgets: what those may import. */
const OTHER_ENDINGS: ReadonlySet<string> = new Set(['.cjs', '.cts', '.json'])

/** Watches folders of modules, from before their code is first loaded, so that no change is missed. */
export class FolderWatch {
  readonly #watcher: FSWatcher | undefined
  #timer: NodeJS.Timeout | undefined
  #timerAt = Number.POSITIVE_INFINITY
  /** Files that were removed and may be back in a moment. */
  readonly #missing = new Set<string>()
  /** How many times in a row data changed right after the code was told to load. */
  #streak = 0
  #toldAt = Number.NEGATIVE_INFINITY
  #changed = false
  #listener: (() => void) | undefined

  private constructor(folders: readonly string[], log: Logger) {
    if (folders.length === 0) return
    const roots = new Set(folders.map((folder) => resolve(folder)))
    this.#watcher = watch([...roots], {
      ignoreInitial: true,
      // A checkout or an install is not a change of a widget.
      ignored: (path, stats) =>
        !roots.has(resolve(path)) &&
        (/^(node_modules|\..*)$/.test(basename(path)) || (stats?.isFile() === true && !isWatched(path))),
    })
    this.#watcher.on('all', (event, path) => {
      if (isWatched(path)) this.#notice(event === 'unlink', path)
    })
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

  #notice(gone: boolean, path: string): void {
    if (gone) this.#missing.add(path)
    else this.#missing.delete(path)
    const now = performance.now()
    const isData = !MODULE_ENDINGS.has(extname(path))
    if (!isData || now - this.#toldAt > STREAK_GAP + STREAK_PAUSE) this.#streak = 0
    // A change does not restart the pause, or it might never end.
    if (this.#streak >= STREAK) return this.#tellAt(Math.min(this.#timerAt, this.#toldAt + STREAK_PAUSE))
    if (isData && now - this.#toldAt < STREAK_GAP && this.#timerAt === Number.POSITIVE_INFINITY)
      this.#streak += 1
    this.#tellAt(now + (this.#missing.size > 0 ? RETURN_TIME : SETTLE_TIME))
  }

  #tellAt(at: number): void {
    clearTimeout(this.#timer)
    this.#timerAt = at
    this.#timer = setTimeout(() => this.#tell(), at - performance.now())
  }

  #tell(): void {
    this.#timerAt = Number.POSITIVE_INFINITY
    this.#toldAt = performance.now()
    this.#missing.clear()
    this.#changed = true
    this.#listener?.()
  }
}

function isWatched(path: string): boolean {
  return MODULE_ENDINGS.has(extname(path)) || OTHER_ENDINGS.has(extname(path))
}
