import { basename, extname } from 'node:path'
import { watch } from 'chokidar'

/** Editors write a file in several steps, and several files at once. */
const SETTLE_TIME = 60

/** Calls `onChange` with the names of the widgets whose files changed; answers what ends that. */
export function watchFolders(
  folders: readonly string[],
  onChange: (widgets: Set<string>) => Promise<void>,
): () => void {
  if (folders.length === 0) return () => {}
  let changed = new Set<string>()
  let timer: NodeJS.Timeout | undefined
  const watcher = watch([...folders], { ignoreInitial: true })
  watcher.on('all', (_event, path) => {
    changed.add(basename(path, extname(path)))
    clearTimeout(timer)
    timer = setTimeout(() => {
      const widgets = changed
      changed = new Set()
      void onChange(widgets)
    }, SETTLE_TIME)
  })
  return () => {
    clearTimeout(timer)
    void watcher.close()
  }
}
