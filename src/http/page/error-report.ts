import { readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { toSentence } from '../../errors.ts'
import { parseStaticPath } from '../../picture/badge/static-path.ts'
import type { DrawFailure } from '../../render/failures.ts'
import { formatPlace, type Place } from '../../widget/find-place.ts'
import type { WidgetFault } from '../../widget/load-folder.ts'
import type { Manifest } from '../../widget/manifest.ts'

/** A line of code, with a caret below its column if it is the faulty one. */
export interface CodeLine {
  number: string
  text: string
  isFault: boolean
  /** Space as wide as the text before the fault, and a caret; undefined if only the line is known. */
  caret: string | undefined
}

/** A widget's error, as a page shows it. */
export interface ErrorReport {
  /** Like `widgets/clock.ts:12:7`: enough to find the file, without the server's folders. */
  place: string | undefined
  words: string
  /** The faulty line and its neighbours. */
  code: readonly CodeLine[] | undefined
}

const MAX_LINE_LENGTH = 96
/** Characters of a long line that are shown before the fault. */
const LEAD = 60
/** Lines that are shown before the faulty one, and after it. */
const AROUND = 2

/** Why a module does not load. Only `isLocal` readers see its code and its own messages, which may contain a password. */
export function toFaultReport(fault: WidgetFault, isLocal: boolean): ErrorReport {
  const { file, line, column } = fault
  const message = isLocal ? fault.message : fault.publicMessage
  const place = { file, line, column }
  return { place: formatShortPlace(place), words: withoutFolders(message), code: readCode(place, isLocal) }
}

/** Why a drawing failed; `isLocal` readers also see the message of the widget's own code. */
export function toFailureReport({ reason, words, place }: DrawFailure, isLocal: boolean): ErrorReport {
  return {
    place: place && formatShortPlace(place),
    words: isLocal && words !== undefined ? `${reason}: ${withoutFolders(words)}` : reason,
    code: place && readCode(place, isLocal),
  }
}

/** Why a badge cannot be drawn from its path: its picture, in an `<img>` of a badge's height, is too small to read. */
export function toBadgeReport({ role }: Pick<Manifest, 'role'>, key: string): ErrorReport | undefined {
  if (role !== 'static-badge') return undefined
  try {
    parseStaticPath(key)
    return undefined
  } catch (error) {
    return { place: undefined, words: toSentence((error as Error).message), code: undefined }
  }
}

function formatShortPlace({ file, ...place }: Place): string {
  return formatPlace({ ...place, file: join(basename(dirname(file)), basename(file)) })
}

/** Removes folders from a message: the page is public, and must not show the server's paths. */
function withoutFolders(message: string): string {
  return message.replace(/(?:file:\/\/)?\/(?:[^\s'"/:]+\/)+/g, '')
}

function readCode({ file, line, column }: Place, isLocal: boolean): CodeLine[] | undefined {
  if (!isLocal || line === undefined) return undefined
  const first = Math.max(1, line - AROUND)
  const lines = readLines(file)
  const shown = lines.slice(first - 1, line + AROUND)
  const indents = shown.flatMap((text) => (text.trim() ? [text.length - text.trimStart().length] : []))
  if (line > lines.length || indents.length === 0) return undefined
  const at = (column ?? 1) - 1
  const start = Math.max(Math.min(...indents), at - LEAD)
  const width = String(first + shown.length - 1).length
  return shown.map((whole, index) => {
    const isFault = first + index === line
    return {
      number: String(first + index).padStart(width),
      text: whole.slice(start, start + MAX_LINE_LENGTH).trimEnd(),
      isFault,
      caret: isFault && column !== undefined ? toCaret(whole.slice(start, at)) : undefined,
    }
  })
}

/** Keeps tabs, so that they are as wide as those in the line above. */
function toCaret(before: string): string {
  return `${before.replace(/[^\t]/g, ' ')}^`
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split(/\r?\n/)
  } catch {
    return []
  }
}
