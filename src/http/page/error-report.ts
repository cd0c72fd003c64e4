import { readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { DrawFailure } from '../../render/failures.ts'
import { formatPlace, type Place } from '../../widget/find-place.ts'
import type { WidgetFault } from '../../widget/load-folder.ts'

/** A line of code, with a mark under its column where it is the one at fault. */
export interface CodeLine {
  number: string
  text: string
  isFault: boolean
  /** As wide as the text before the fault, and a caret; undefined where only the line is known. */
  caret: string | undefined
}

/** What is wrong with a widget, as a page tells it. */
export interface ErrorReport {
  /** `widgets/clock.ts:12:7`: enough to find the file by, without where the server keeps it. */
  place: string | undefined
  words: string
  /** The line at fault with those around it. */
  code: readonly CodeLine[] | undefined
}

const MAX_LINE_LENGTH = 96
/** How much of a long line goes before the fault. */
const LEAD = 60
/** How many lines are shown before the one at fault, and after it. */
const AROUND = 2

/** Why a module does not load. Its code, and what that code says, are for readers `isLocal` only: they may hold a password. */
export function toFaultReport(fault: WidgetFault, isLocal: boolean): ErrorReport {
  const { file, line, column } = fault
  const message = isLocal ? fault.message : fault.publicMessage
  const place = { file, line, column }
  return { place: formatShortPlace(place), words: withoutFolders(message), code: readCode(place, isLocal) }
}

/** Why a picture was not drawn; for readers `isLocal` in the words of the widget's own code. */
export function toFailureReport({ reason, words, place }: DrawFailure, isLocal: boolean): ErrorReport {
  return {
    place: place && formatShortPlace(place),
    words: isLocal && words !== undefined ? `${reason}: ${withoutFolders(words)}` : reason,
    code: place && readCode(place, isLocal),
  }
}

function formatShortPlace({ file, ...place }: Place): string {
  return formatPlace({ ...place, file: join(basename(dirname(file)), basename(file)) })
}

/** The page is public, and where files lie on the server is nobody's business. */
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

/** Tabs stay, as they are as wide as those above. */
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
