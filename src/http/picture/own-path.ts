import { isReservedName } from '../../widget/server-paths.ts'
import { extensionOf } from '../picture-path.ts'
import type { Widgets } from './find-manifest.ts'

/** Whether the first segment of a URL is empty, a widget (loaded or not), or a name of the server's own. */
export function isOwnPath(url: string, { manifests, faults }: Widgets): boolean {
  const [, segment = '', rest] = /^\/([^/?]*)(\/?)/.exec(url) ?? []
  // A file of the server's own: `/live-img.js`.
  if (segment === '' || isReservedName(segment.replace(/\.js$/, ''))) return true
  const extension = rest === '/' ? undefined : extensionOf(segment)
  const name = extension === undefined ? segment : segment.slice(0, -extension.length - 1)
  return manifests.has(name) || faults.some((fault) => fault.name === name)
}
