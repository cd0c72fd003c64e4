import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The built widgets beside the built server; the same folder when the server runs from TypeScript under test. */
export function builtInFolder(): string {
  const source = join(dirname(fileURLToPath(import.meta.url)), '..')
  return source.endsWith(join('dist', 'src')) ? join(source, '../widgets') : join(source, '../dist/widgets')
}
