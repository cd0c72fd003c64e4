import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Returns the folder of the compiled built-in widgets, also when the server runs from TypeScript in a test. */
export function builtInFolder(): string {
  const source = join(dirname(fileURLToPath(import.meta.url)), '..')
  return source.endsWith(join('dist', 'src')) ? join(source, '../widgets') : join(source, '../dist/widgets')
}
