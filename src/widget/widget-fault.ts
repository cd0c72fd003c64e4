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

/** The transformer's message for a syntax error: the reason, and the place on its last line. */
const PARSE_ERROR = 'ParseError: '
/** `/srv/widgets/clock.ts:3:5`: columns count from 0. */
const PARSE_PLACE = /:(\d+):(\d+)$/
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
  const syntaxError = readParseError(error.message)
  if (syntaxError) return { name, ...syntaxError, publicMessage: syntaxError.message }
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

function readParseError(text: string): (Place & { message: string }) | undefined {
  const words = text.trimEnd()
  const end = words.lastIndexOf('\n')
  const source = words.slice(end + 1).trimStart()
  const place = PARSE_PLACE.exec(source)
  if (!words.startsWith(PARSE_ERROR) || end < 0 || !place) return undefined
  return {
    file: source.slice(0, place.index),
    line: Number(place[1]),
    column: Number(place[2]) + 1,
    message: `SyntaxError: ${onOneLine(words.slice(PARSE_ERROR.length, end))}`,
  }
}

function onOneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}
