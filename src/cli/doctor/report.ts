import { styleText } from 'node:util'
import { harmless } from '../printable.ts'
import type { CheckId, Finding, Level } from './finding.ts'
import type { Observations } from './observations.ts'

/** The format of a report. */
export interface ReportFormat {
  /** In characters. */
  width: number
  isColored: boolean
}

/** The report as JSON; `toText` formats it for people. */
export interface Report {
  url: string
  /** Whether there is no problem. */
  ok: boolean
  /** The proxy, if it shows itself. */
  proxy: string | null
  findings: Finding[]
  /** All measurements, in milliseconds. */
  seen: Observations
}

const TITLES: Readonly<Record<CheckId, string>> = {
  reachable: 'reachable',
  certificate: 'certificate',
  imgcast: 'Imgcast',
  picture: 'this picture',
  'http-version': 'protocol',
  'client-protocol': 'protocol seen',
  headers: 'headers',
  stream: 'stream',
  'first-picture': 'first picture',
  'push-delay': 'changes',
  buffering: 'one by one',
  'stays-open': 'stays open',
  websocket: 'WebSocket',
  counted: 'counted',
  'close-seen': 'closing seen',
  visitors: 'visitors',
  servers: 'servers',
  audit: 'audit',
}
const MARKS: Readonly<Record<Level, readonly [string, 'green' | 'yellow' | 'red' | 'gray']>> = {
  ok: ['✓', 'green'],
  warning: ['!', 'yellow'],
  problem: ['✗', 'red'],
  unknown: ['?', 'gray'],
}
/** Checks whose failure does not keep a picture from streaming. */
const OF_COUNTS: readonly CheckId[] = ['counted', 'close-seen', 'visitors', 'servers', 'audit']
const TITLE_WIDTH = Math.max(...Object.values(TITLES).map(({ length }) => length))
const INDENT = TITLE_WIDTH + 6

/** Formats a report for people: a line for each check, then the remedies. */
export function toText({ proxy, ...report }: Report, format: ReportFormat): string {
  const url = harmless(report.url)
  const findings = report.findings.map((finding) => ({ ...finding, detail: harmless(finding.detail) }))
  const line = ({ level, id }: Finding, text: string) => {
    const [mark, color] = MARKS[level]
    const shown = format.isColored ? styleText(color, mark, { validateStream: false }) : mark
    return `  ${shown} ${TITLES[id].padEnd(TITLE_WIDTH)}  ${text}`
  }
  // Findings with the same cause share one remedy: print it once.
  const withRemedy = findings.filter(
    ({ remedy }, index) =>
      remedy !== undefined && findings.findIndex((each) => each.remedy === remedy) === index,
  )
  const remedies = withRemedy.map((finding) =>
    line(finding, wrap(finding.remedy ?? '', format.width - INDENT)),
  )
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
  if (!findings.some(({ id }) => id === 'stream' || id === 'first-picture'))
    return 'No Imgcast server responds here.'
  const problems = findings.filter(({ level }) => level === 'problem')
  const warnings = findings.filter(({ level }) => level === 'warning')
  const counts = [...say(problems.length, 'problem'), ...say(warnings.length, 'warning')]
  const onlyCounts = problems.every(({ id }) => OF_COUNTS.includes(id))
  const verdicts = ['It streams well', 'It streams, but counts wrong', 'It does not stream well']
  const words = verdicts[problems.length === 0 ? 0 : onlyCounts ? 1 : 2]
  // The verdict is about the server, because the given address is not a picture's.
  const isOther = warnings.some(({ id }) => id === 'picture')
  const verdict = isOther ? words?.replace(/^It/, 'The server') : words
  return `${verdict}${counts.length > 0 ? `: ${counts.join(', ')}` : ''}.`
}

function say(count: number, what: string): string[] {
  return count === 0 ? [] : [`${count} ${what}${count === 1 ? '' : 's'}`]
}

/** Wraps a text between words, and indents the lines after the first. */
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
