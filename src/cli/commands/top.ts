import type { Fault } from '../../errors.ts'
import { quote } from '../../errors.ts'
import { formatDuration, parseDuration } from '../../widget/duration.ts'
import type { Command } from '../command.ts'
import { readServer, SERVER_OPTIONS } from '../server-option.ts'
import { type Printing, printRounds } from '../top/print-rounds.ts'
import type { Sort } from '../top/rows.ts'
import { Terminal } from '../top/terminal.ts'
import type { TopSettings } from '../top/top-settings.ts'
import { MAX_FILTER_LENGTH } from '../top/view.ts'
import { watchScreen } from '../top/watch-screen.ts'

const DEFAULT_INTERVAL = '1s'
const MIN_INTERVAL = 100
const MAX_INTERVAL = 3_600_000
const SORTS: Readonly<Record<string, Sort>> = {
  visitors: 'visitors',
  connections: 'connections',
  peak: 'peak',
  hits: 'hits',
  'hits-per-minute': 'hitsPerMinute',
  room: 'room',
}
const [DEFAULT_SORT = ''] = Object.keys(SORTS)
const CANNOT_ASK = 1

/** Shows the rooms and their viewers: live in a terminal, as lines or JSON elsewhere. */
export const topCommand: Command = {
  name: 'top',
  about: 'show the rooms of a running server, live',
  operand: '[url]',
  options: SERVER_OPTIONS,
  flags: [
    { flag: '--interval <time>', help: `time between two readings (default ${DEFAULT_INTERVAL})` },
    { flag: '--sort <column>', help: `${Object.keys(SORTS).join(', ')} (default ${DEFAULT_SORT})` },
    { flag: '--filter <text>', help: 'only rooms whose name contains this text' },
    { flag: '--once', help: 'print the rooms once, as lines, and exit' },
    { flag: '--json', help: 'print a line of JSON for each reading' },
  ],
  read(words, faults) {
    const { options, flags } = words
    const settings: TopSettings = {
      source: { url: readServer(words, faults), token: options.token },
      interval: readInterval(flags.interval, faults),
      selection: {
        sort: readSort(flags.sort, faults),
        isReversed: false,
        filter: readFilter(flags.filter, faults),
      },
    }
    return () => top(settings, { isJson: flags.json === true, isOnce: flags.once === true })
  },
}

async function top(settings: TopSettings, printing: Printing): Promise<number> {
  const { stdin, stdout, env } = process
  const isScreen = stdin.isTTY && stdout.isTTY && env.TERM !== 'dumb'
  try {
    if (isScreen && !printing.isJson && !printing.isOnce)
      await watchScreen(settings, new Terminal(stdin, stdout))
    else await printRounds(settings, printing)
    return 0
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`)
    return CANNOT_ASK
  }
}

function readInterval(value: unknown = DEFAULT_INTERVAL, faults: Fault[]): number {
  const interval = parseDuration(String(value)) ?? 0
  if (interval >= MIN_INTERVAL && interval <= MAX_INTERVAL) return interval
  const range = `from ${formatDuration(MIN_INTERVAL)} to ${formatDuration(MAX_INTERVAL)}, like 500ms or 10s`
  faults.push({ name: '--interval', detail: `expected a time with its unit ${range}, got ${quote(value)}` })
  return MIN_INTERVAL
}

function readSort(value: unknown = DEFAULT_SORT, faults: Fault[]): Sort {
  const sort = Object.hasOwn(SORTS, String(value)) ? SORTS[String(value)] : undefined
  if (sort === undefined) {
    const names = Object.keys(SORTS).join(', ')
    faults.push({ name: '--sort', detail: `expected one of ${names}, got ${quote(value)}` })
  }
  return sort ?? 'visitors'
}

function readFilter(value: unknown = '', faults: Fault[]): string {
  const filter = String(value)
  if (filter.length > MAX_FILTER_LENGTH || !/^[ -~]*$/.test(filter)) {
    const detail = `expected at most ${MAX_FILTER_LENGTH} printable ASCII characters, got ${quote(value)}`
    faults.push({ name: '--filter', detail })
  }
  return filter
}
