import { sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A place in an author's code. */
export interface Place {
  file: string
  /** Counted from 1; undefined if only the file is known. */
  line: number | undefined
  /**
   * Counted from 1; undefined if only the line is known. Authors' modules run transformed, which changes columns but
   * never lines.
   */
  column: number | undefined
}

/** ` at draw (/srv/widgets/clock.ts:3:5)` or ` at async file:///srv/widgets/clock.mjs:1:7`. */
const STACK_LINE = /^\s+at (.+)$/
const LINE_AND_COLUMN = /:(\d+):\d+\)?$/

/** Finds the innermost stack line in one of the folders, ignoring packages installed there. */
export function findPlace(stack: string, folders: readonly string[]): Place | undefined {
  for (const text of stack.split('\n')) {
    const [source, line] = readStackLine(text)
    const file = source.startsWith('file://') ? toPath(source) : source
    const isAuthors = folders.some((folder) => file.startsWith(folder.endsWith(sep) ? folder : folder + sep))
    if (isAuthors && !file.includes(`${sep}node_modules${sep}`)) {
      return { file, line: Number(line), column: undefined }
    }
  }
  return undefined
}

/** Formats a place as `clock.ts:12:7`, which editors and terminals link to. */
export function formatPlace({ file, line, column }: Partial<Place> & { file: string }): string {
  return [file, line, column].filter((part) => part !== undefined).join(':')
}

function readStackLine(text: string): [source: string, line: string] {
  const place = STACK_LINE.exec(text)?.[1] ?? ''
  const found = LINE_AND_COLUMN.exec(place)
  const words = place.slice(place.lastIndexOf('(', found?.index) + 1, found?.index)
  return found ? [words.replace(/^async /, ''), found[1] ?? ''] : ['', '']
}

function toPath(url: string): string {
  try {
    return fileURLToPath(url)
  } catch {
    return ''
  }
}
