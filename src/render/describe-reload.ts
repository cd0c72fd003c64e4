import { basename } from 'node:path'
import type { Manifest } from '../widget/manifest.ts'

/** Names in a log line; more are counted. */
const MAX_NAMES = 5

/** Describes a reload by its cause: `reloaded welcome`, `reloaded colors.ts and palette.json`. */
export function describeReload(files: readonly string[], manifests: ReadonlyMap<string, Manifest>): string {
  const widgets = new Map([...manifests.values()].map(({ file, name }) => [file, name]))
  const names = [...new Set(files.map((file) => widgets.get(file) ?? basename(file)))].sort()
  const shown = names.slice(0, MAX_NAMES)
  const more = names.length - shown.length
  const parts = more > 0 ? [...shown, `${more} more`] : shown
  return `reloaded ${parts.length > 1 ? `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}` : parts}`
}
