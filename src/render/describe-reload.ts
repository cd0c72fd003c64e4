import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import type { Renderer } from './renderer.ts'

/** Names in a log line; more are counted. */
const MAX_NAMES = 5

/**
 * Describes a reload by its cause: `reloaded welcome`, `reloaded colors.ts and palette.json, removed clock.ts`.
 * @returns undefined if nothing was: every changed module failed to load, which has been logged.
 */
export function describeReload(
  files: readonly string[],
  { manifests, faults }: Pick<Renderer, 'manifests' | 'faults'>,
  isThere: (file: string) => boolean = existsSync,
): string | undefined {
  const widgets = new Map([...manifests.values()].map(({ file, name }) => [file, name]))
  const broken = new Set(faults.map(({ file }) => file))
  const nameOf = (file: string) => widgets.get(file) ?? basename(file)
  const present = new Set(files.filter((file) => isThere(file)))
  const reloaded = files.filter((file) => present.has(file) && !broken.has(file)).map(nameOf)
  const removed = files.filter((file) => !present.has(file)).map(nameOf)
  const parts = Object.entries({ reloaded, removed })
    .filter(([, names]) => names.length > 0)
    .map(([verb, names]) => `${verb} ${listNames(names)}`)
  return parts.length > 0 ? parts.join(', ') : undefined
}

function listNames(all: readonly string[]): string {
  const names = [...new Set(all)].sort()
  const more = names.length - MAX_NAMES
  const parts = more > 0 ? [...names.slice(0, MAX_NAMES), `${more} more`] : names
  return parts.length > 1 ? `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}` : String(parts)
}
