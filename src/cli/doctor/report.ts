import { styleText } from 'node:util'
import { harmless } from '../printable.ts'
import type { CheckId, Finding, Level } from './finding.ts'
import type { Observations } from './observations.ts'

/** How a report is written. */
export interface Paper {
  /** In characters. */
  width: number
  isColored: boolean
}

/** What programs get, and people in other words. */
export interface Report {
  url: string
  /** Whether there is no problem. */
  ok: boolean
  /** What stands between, as far as it shows itself. */
  proxy: string | null
  findings: Finding[]
  /** All that was measured, in milliseconds. */
  seen: Observations
}

const TITLES: Readonly<Record<CheckId, string>> = {
  reachable: 'answers',
  certificate: 'certificate',
  imgcast: 'Imgcast',
  picture: 'this picture',
  'http-version': 'protocol',
  headers: 'headers',
  stream: 'stream',
  'first-picture': 'first picture',
  'push-delay': 'changes',
  buffering: 'one by one',
  'stays-open': 'stays open',
  counted: 'counted',
  'close-seen': 'closing seen',
  visitors: 'visitors',
  audit: 'audit',
}
const MARKS: Readonly<Record<Level, readonly [string, 'green' | 'yellow' | 'red' | 'gray']>> = {
  ok: ['✓', 'green'],
  warning: ['!', 'yellow'],
  problem: ['✗', 'red'],
  unknown: ['?', 'gray'],
}
/** What does not keep a picture from streaming. */
const OF_COUNTS: readonly CheckId[] = ['counted', 'close-seen', 'visitors', 'audit']
const TITLE_WIDTH = Math.max(...Object.values(TITLES).map(({ length }) => length))
const INDENT = TITLE_WIDTH + 6

/** Writes a report for people: a line for each check, then what to do. */
export function toText({ proxy, ...report }: Report, paper: Paper): string {
  const url = harmless(report.url)
  const findings = report.findings.map((finding) => ({ ...finding, detail: harmless(finding.detail) }))
  const line = ({ level, id }: Finding, text: string) => {
    const [mark, color] = MARKS[level]
    const shown = paper.isColored ? styleText(color, mark, { validateStream: false }) : mark
    return `  ${shown} ${TITLES[id].padEnd(TITLE_WIDTH)}  ${text}`
  }
  // What one cause does in several ways has one remedy.
  const told = findings.filter(
    ({ remedy }, index) =>
      remedy !== undefined && findings.findIndex((each) => each.remedy === remedy) === index,
  )
  const remedies = told.map((finding) => line(finding, wrap(finding.remedy ?? '', paper.width - INDENT)))
  const lines = [
    `${url}${proxy === null ? '' : `, behind ${proxy}`}`,
    '',
    ...findings.map((finding) => line(finding, finding.detail)),
    '',
    ...(remedies.length > 0 ? ['What to do', '', ...remedies, ''] : []),
    verdict(findings),
  ]
  return `${lines.join('\n')}\n`
}

function verdict(findings: readonly Finding[]): string {
  if (!findings.some(({ id }) => id === 'stream' || id === 'first-picture')) return 'No Imgcast answers here.'
  const problems = findings.filter(({ level }) => level === 'problem')
  const warnings = findings.filter(({ level }) => level === 'warning')
  const told = [...say(problems.length, 'problem'), ...say(warnings.length, 'warning')]
  const onlyCounts = problems.every(({ id }) => OF_COUNTS.includes(id))
  const verdicts = ['It streams well', 'It streams, but counts wrong', 'It does not stream well']
  const words = verdicts[problems.length === 0 ? 0 : onlyCounts ? 1 : 2]
  // Not what was asked for, but what stands beside it.
  const isOther = warnings.some(({ id }) => id === 'picture')
  const said = isOther ? words?.replace(/^It/, 'The server') : words
  return `${said}${told.length > 0 ? `: ${told.join(', ')}` : ''}.`
}

function say(count: number, what: string): string[] {
  return count === 0 ? [] : [`${count} ${what}${count === 1 ? '' : 's'}`]
}

/** Breaks a text between its words; the lines after the first are set in. */
function wrap(text: string, width: number): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > Math.max(30, width)) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line].join(`\n${' '.repeat(INDENT)}`)
}
