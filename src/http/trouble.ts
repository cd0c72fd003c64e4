import { readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { DrawFailure } from '../render/last-failures.ts'
import { type Place, sayPlace } from '../widget/find-place.ts'
import type { WidgetFault } from '../widget/load-folder.ts'

/** A line of code with a mark under its column. */
export interface CodeLine {
  number: string
  text: string
  /** As wide as the text before the fault, and a caret; undefined where only the line is known. */
  caret: string | undefined
}

/** What is wrong with a widget, as a page tells it. */
export interface Trouble {
  /** `widgets/clock.ts:12:7`: enough to find the file by, without where the server keeps it. */
  place: string | undefined
  words: string
  code: CodeLine | undefined
}

const LONGEST_LINE = 96
/** How much of a long line goes before the fault. */
const LEAD = 60

/** Why a module does not load. The line of code is for readers `isLocal` only: it may hold a password. */
export function toFaultTrouble(fault: WidgetFault, isLocal: boolean): Trouble {
  const { file, line, column, message } = fault
  const place = { file, line, column }
  return { place: sayShortPlace(place), words: withoutFolders(message), code: readCode(place, isLocal) }
}

/** Why a picture was not drawn; for readers `isLocal` in the words of the widget's own code. */
export function toFailureTrouble({ reason, words, place }: DrawFailure, isLocal: boolean): Trouble {
  return {
    place: place && sayShortPlace(place),
    words: isLocal && words !== undefined ? `${reason}: ${withoutFolders(words)}` : reason,
    code: place && readCode(place, isLocal),
  }
}

function sayShortPlace({ file, ...place }: Place): string {
  return sayPlace({ ...place, file: join(basename(dirname(file)), basename(file)) })
}

/** The page is public, and where files lie on the server is nobody's business. */
function withoutFolders(message: string): string {
  return message.replace(/(?:file:\/\/)?\/(?:[^\s'"/:]+\/)+/g, '')
}

function readCode({ file, line, column }: Place, isLocal: boolean): CodeLine | undefined {
  if (!isLocal || line === undefined) return undefined
  const whole = readLine(file, line)
  if (whole === undefined || whole.trim() === '') return undefined
  const indent = whole.length - whole.trimStart().length
  const at = (column ?? 1) - 1
  const start = Math.max(indent, at - LEAD)
  const text = whole.slice(start, start + LONGEST_LINE).trimEnd()
  const caret = column === undefined ? undefined : `${whole.slice(start, at).replace(/[^\t]/g, ' ')}^`
  return { number: String(line), text, caret }
}

function readLine(file: string, line: number): string | undefined {
  try {
    return readFileSync(file, 'utf8').split(/\r?\n/)[line - 1]
  } catch {
    return undefined
  }
}
