import { basename, extname, resolve, sep } from 'node:path'
import { type FSWatcher, watch } from 'chokidar'
import type { Logger } from 'pino'
import { MODULE_ENDINGS } from '../widget/module-endings.ts'

/**
 * Milliseconds: editors write a file in several steps, and several files at once. More than 50, because chokidar does not
 * report a second change of a file within that time, which would be lost after an earlier reload.
 */
const SETTLE_TIME = 60
/** Milliseconds: some editors and deployment tools remove a file and write it again, which must not affect its pictures. */
const RETURN_TIME = 300
/** A widget that writes data beside itself with every picture would otherwise be reloaded forever. */
const STREAK = 5
const STREAK_GAP = 2_000
const STREAK_PAUSE = 10_000
/** Extensions of files that widgets import, other than those of widgets. */
const OTHER_ENDINGS: ReadonlySet<string> = new Set(['.cjs', '.cts', '.json'])

/** Watches folders of modules, from before their code is first loaded, so that no change is missed. */
export class FolderWatch {
  readonly #watcher: FSWatcher | undefined
  readonly #roots: ReadonlySet<string> = new Set()
  #timer: NodeJS.Timeout | undefined
  #timerAt = Number.POSITIVE_INFINITY
  /** Files that were removed, and may be written again within `RETURN_TIME`. */
  readonly #missing = new Set<string>()
  /** How many times in a row data changed right after a notification. */
  #streak = 0
  #notifiedAt = Number.NEGATIVE_INFINITY
  /** The files that changed since the last notification. */
  #changed = new Set<string>()
  #listener: ((files: readonly string[]) => void) | undefined
  /** Files that modules read and that are not watched with a folder: those outside of it, and pictures. */
  readonly #others = new Set<string>()

  private constructor(folders: readonly string[], log: Logger) {
    if (folders.length === 0) return
    const roots = new Set(folders.map((folder) => resolve(folder)))
    this.#roots = roots
    this.#watcher = watch([...roots], {
      ignoreInitial: true,
      // A checkout or an install is not a change of a widget.
      ignored: (path, stats) =>
        !roots.has(resolve(path)) &&
        !this.#others.has(path) &&
        (/^(node_modules|\..*)$/.test(basename(path)) || (stats?.isFile() === true && !isModule(path))),
    })
    this.#watcher.on('all', (event, path) => {
      if (isModule(path) || this.#others.has(path)) this.#notice(event === 'unlink', path)
    })
    this.#watcher.on('error', (error) => {
      log.warn({ reason: (error as Error).message }, 'not all widget files are watched')
    })
  }

  /** Resolves when every later change will be reported. */
  static async start(folders: readonly string[], log: Logger): Promise<FolderWatch> {
    const started = new FolderWatch(folders, log)
    const watcher = started.#watcher
    if (watcher) await new Promise<void>((done) => watcher.once('ready', done))
    return started
  }

  /** Calls `listener` with the files that changed, including those before this call. */
  onChange(listener: (files: readonly string[]) => void): void {
    this.#listener = listener
    if (this.#changed.size > 0 && this.#timerAt === Number.POSITIVE_INFINITY) this.#notify()
  }

  /** Watches these files too, unless they are watched with their folder. */
  add(files: readonly string[]): void {
    const isFollowed = (file: string) =>
      this.#others.has(file) || this.#roots.has(file) || (isModule(file) && this.#isInside(file))
    const fresh = files.filter((file) => !isFollowed(file))
    for (const file of fresh) this.#others.add(file)
    if (fresh.length > 0) this.#watcher?.add(fresh)
  }

  close(): void {
    clearTimeout(this.#timer)
    void this.#watcher?.close()
  }

  #isInside(file: string): boolean {
    return [...this.#roots].some((root) => file.startsWith(root + sep))
  }

  #notice(gone: boolean, path: string): void {
    this.#changed.add(path)
    if (gone) this.#missing.add(path)
    else this.#missing.delete(path)
    const now = performance.now()
    const isData = !MODULE_ENDINGS.has(extname(path))
    if (!isData || now - this.#notifiedAt > STREAK_GAP + STREAK_PAUSE) this.#streak = 0
    // A change does not restart the pause, or it might never end.
    if (this.#streak >= STREAK)
      return this.#notifyAt(Math.min(this.#timerAt, this.#notifiedAt + STREAK_PAUSE))
    if (isData && now - this.#notifiedAt < STREAK_GAP && this.#timerAt === Number.POSITIVE_INFINITY)
      this.#streak += 1
    this.#notifyAt(now + (this.#missing.size > 0 ? RETURN_TIME : SETTLE_TIME))
  }

  #notifyAt(at: number): void {
    clearTimeout(this.#timer)
    this.#timerAt = at
    this.#timer = setTimeout(() => this.#notify(), at - performance.now())
  }

  #notify(): void {
    this.#timerAt = Number.POSITIVE_INFINITY
    this.#notifiedAt = performance.now()
    this.#missing.clear()
    if (!this.#listener) return
    const files = [...this.#changed]
    this.#changed.clear()
    this.#listener(files)
  }
}

/** Whether a file is a module or data that modules import, by its ending. */
function isModule(path: string): boolean {
  return MODULE_ENDINGS.has(extname(path)) || OTHER_ENDINGS.has(extname(path))
}
