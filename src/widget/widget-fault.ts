import { findPlace, type Place } from './find-place.ts'

/** A module that is no widget: what was expected and what was found, and where. */
export interface WidgetFault extends Partial<Place> {
  /** The name its picture would have had. */
  name: string
  /** Where the fault is: the module, or a file that it imports. */
  file: string
  message: string
}

/** How the transformer tells a syntax error: the column counts from 0. */
const PARSE_ERROR = /^ParseError: (.*?)\s*\n\s*(\S.*):(\d+):(\d+)\s*$/s
/** How a JSON file that is imported is told. */
const JSON_ERROR = /^(\/.*\.json): (.*)$/s

/** Describes why a module is no widget, with the file and line as far as the error knows them. */
export function toWidgetFault(
  name: string,
  module: string,
  error: unknown,
  folders: readonly string[],
): WidgetFault {
  if (!(error instanceof Error)) return { name, file: module, message: `threw ${String(error)}` }
  const [, parsed = '', source = '', line, column] = PARSE_ERROR.exec(error.message) ?? []
  if (line !== undefined) {
    const message = `SyntaxError: ${onOneLine(parsed)}`
    return { name, file: source, line: Number(line), column: Number(column) + 1, message }
  }
  const [, data, reason] = JSON_ERROR.exec(error.message) ?? []
  if (data !== undefined) return { name, file: data, message: `${error.name}: ${onOneLine(reason ?? '')}` }
  const place = findPlace(error.stack ?? '', folders)
  // Where a module cannot be found, Node lists who asked for it: the place says so already.
  const words = onOneLine(error.message.replace(/\nRequire stack:.*/s, ''))
  const message = error instanceof TypeError ? words : `${error.name}: ${words}`
  return { name, file: module, ...place, message }
}

function onOneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}
