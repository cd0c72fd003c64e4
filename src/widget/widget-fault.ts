import { findPlace, type Place } from './find-place.ts'
import { isNotAWidget } from './widget-faults.ts'

/** A module that is not a valid widget: what was expected, what was found, and where. */
export interface WidgetFault extends Partial<Place> {
  /** The name its picture would have had. */
  name: string
  /** Where the fault is: the module, or a file that it imports. */
  file: string
  message: string
  /** The part of the message that may be public: an error thrown by the module's own code may contain a password. */
  publicMessage: string
}

/** The transformer's message for a syntax error: columns count from 0. */
const PARSE_ERROR = /^ParseError: (.*?)\s*\n\s*(\S.*):(\d+):(\d+)\s*$/s
/** Node's message for invalid JSON in an imported file. */
const JSON_ERROR = /^(\/.*\.json): (.*)$/s

/** Describes why a module is not a widget, with the file and line if the error has them. */
export function toWidgetFault(
  name: string,
  module: string,
  error: unknown,
  folders: readonly string[],
): WidgetFault {
  if (!(error instanceof Error))
    return { name, file: module, message: `threw ${String(error)}`, publicMessage: 'threw something' }
  const [, parsed = '', source = '', line, column] = PARSE_ERROR.exec(error.message) ?? []
  if (line !== undefined) {
    const message = `SyntaxError: ${onOneLine(parsed)}`
    const place = { file: source, line: Number(line), column: Number(column) + 1 }
    return { name, ...place, message, publicMessage: message }
  }
  const [, data, reason] = JSON_ERROR.exec(error.message) ?? []
  if (data !== undefined) {
    const message = `${error.name}: ${onOneLine(reason ?? '')}`
    return { name, file: data, message, publicMessage: error.name }
  }
  const place = findPlace(error.stack ?? '', folders)
  // If a module cannot be found, Node lists the importing modules: the place already contains that.
  const words = onOneLine(error.message.replace(/\nRequire stack:.*/s, ''))
  const message = error instanceof TypeError ? words : `${error.name}: ${words}`
  return { name, file: module, ...place, message, publicMessage: isNotAWidget(error) ? words : error.name }
}

function onOneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}
