import { existsSync, statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, resolve } from 'node:path'
import { compile } from 'proxy-addr'
import type { Fault } from './errors.ts'
import { quote } from './errors.ts'
import { formatDuration, parseDuration } from './widget/duration.ts'

/** Everything that can be set, by its name in code; times are milliseconds. */
export interface Options {
  port: number
  host: string
  widgets: string[]
  store: string
  history: number
  publicUrl: string | undefined
  trustProxy: string | undefined
  tlsCert: string | undefined
  tlsKey: string | undefined
  token: string | undefined
  allowReferrer: string[]
  maxConnections: number
  maxConnectionsPerAddress: number
  maxChannels: number
  linger: number
  heartbeat: number
  ghostTimeout: number
  probe: 'on' | 'off'
  directSend: 'auto' | 'off'
  minInterval: number
  drawTimeout: number
  workers: number
  logLevel: string
}

/** One option: the only place that knows its flag, environment variable, default, range and help. */
export interface OptionRow<Name extends string = keyof Options> {
  name: Name
  /** What stands for the value in the help. */
  value: string
  default: Options[keyof Options]
  /** Says what is right, after `expected`. */
  expected: string
  help: string
  /** Only for the command; a host app that embeds the server has these already. */
  serverOnly?: boolean
  /** May be given several times; commas part its values in the environment. */
  repeatable?: boolean
  /** Its value is never shown. */
  secret?: boolean
  /** Reads one value; undefined for a wrong one. */
  parse(text: string): unknown
}

type Rest = Pick<OptionRow, 'help'> & Partial<OptionRow>

/** The options, in the order of the help. */
export const OPTIONS: readonly OptionRow[] = [
  integer('port', 9192, 0, 65_535, { help: 'TCP port; 0 takes a free one', serverOnly: true }),
  text('host', '127.0.0.1', 'a host name or address', /^[^\s/]+$/, {
    help: 'address to listen on; 0.0.0.0 for all of IPv4',
    serverOnly: true,
  }),
  {
    name: 'widgets',
    value: 'folder',
    default: [],
    expected: 'a folder that exists',
    help: 'folder of widget modules of your own, watched for changes',
    repeatable: true,
    parse: (path) => (existsSync(path) && statSync(path).isDirectory() ? path : undefined),
  },
  {
    name: 'store',
    value: 'location',
    default: 'file:./imgcast.db',
    expected: 'memory:, or file: and the path of a file in a folder that exists',
    help: 'where rooms remember: an SQLite file of its own, or memory: which forgets at the end',
    parse: parseStore,
  },
  duration('history', 90 * 86_400_000, 3_600_000, 3_650 * 86_400_000, 'how long who watched when is kept'),
  {
    name: 'publicUrl',
    value: 'url',
    default: undefined,
    expected: 'an http or https URL without a user name, a password or a query',
    help: 'address that snippets show, when a proxy hides the real one',
    parse: parsePublicUrl,
  },
  {
    name: 'trustProxy',
    value: 'proxies',
    default: undefined,
    expected: 'a number of proxies, or addresses, loopback, linklocal or uniquelocal, with commas between',
    help: 'proxies whose X-Forwarded-For is believed; needed behind any proxy to tell visitors apart',
    serverOnly: true,
    parse: parseProxies,
  },
  file('tlsCert', 'certificate chain (PEM); with a key: HTTP/2 and HTTP/1.1 over TLS'),
  file('tlsKey', 'private key of the certificate (PEM)'),
  text('token', undefined, 'at least 16 characters without spaces', /^\S{16,}$/, {
    help: 'token of the API; one is made at start when there is none',
    secret: true,
  }),
  text('allowReferrer', [], 'a host name, or *. and a host name', /^(\*\.)?[\w.-]+(:\d+)?$/, {
    help: 'only pages of this host may show pictures',
    value: 'host',
    repeatable: true,
  }),
  integer('maxConnections', 10_000, 1, 1_000_000, { help: 'picture streams at once' }),
  integer('maxConnectionsPerAddress', 200, 1, 1_000_000, {
    help: 'picture streams at once from one address',
  }),
  integer('maxChannels', 500, 1, 100_000, { help: 'different pictures at once' }),
  duration('linger', 10_000, 0, 3_600_000, 'how long a picture outlives its last viewer'),
  duration('heartbeat', 3_000, 100, 60_000, 'how soon leaving shows where it shows only at the next bytes'),
  duration(
    'ghostTimeout',
    20_000,
    0,
    3_600_000,
    'how soon a viewer whose network is gone is not counted any more; 0s: never',
  ),
  text('probe', 'on', 'on or off', /^(on|off)$/, {
    help: 'ask streams of pages that Chromium readers left, a megabyte each, so that they end',
    value: 'on|off',
  }),
  text('directSend', 'auto', 'auto or off', /^(auto|off)$/, {
    help: 'send frames straight to the kernel, by io_uring where allowed',
    value: 'auto|off',
  }),
  duration('minInterval', 100, 0, 60_000, 'least time between two pictures that events ask for'),
  duration('drawTimeout', 2_000, 100, 60_000, 'how long a widget may take to draw'),
  integer('workers', Math.max(2, Math.min(4, availableParallelism())), 1, 64, { help: 'render processes' }),
  text(
    'logLevel',
    'info',
    'fatal, error, warn, info, debug, trace or silent',
    /^(fatal|error|warn|info|debug|trace|silent)$/,
    {
      help: 'how much is logged',
      value: 'level',
    },
  ),
]

/** `maxChannels` -> `--max-channels`. */
export function flagOf({ name }: { name: string }): string {
  return `--${kebab(name)}`
}

/** `maxChannels` -> `IMGCAST_MAX_CHANNELS`. */
export function variableOf({ name }: { name: string }): string {
  return `IMGCAST_${kebab(name).replaceAll('-', '_').toUpperCase()}`
}

/** A value as the help and error messages show it. */
export function showValue(row: OptionRow<string>, value: unknown): string {
  if (row.secret) return 'a secret'
  return typeof value === 'number' && row.value === 'time' ? formatDuration(value) : String(value)
}

/** What a host app may set: the rest is its own business. */
const EMBEDDABLE = OPTIONS.filter(({ serverOnly }) => !serverOnly)

/**
 * Reads options given in code: numbers may be given as numbers, times as milliseconds.
 * @throws TypeError that names every wrong option.
 */
export function readOptions(given: Readonly<Record<string, unknown>>): Options {
  const faults: Fault[] = []
  const options = defaults()
  for (const [name, value] of Object.entries(given)) {
    const row = EMBEDDABLE.find((candidate) => candidate.name === name)
    if (!row)
      faults.push({
        name,
        detail: `there is no such option; there are ${EMBEDDABLE.map((each) => each.name).join(', ')}`,
      })
    else if (value !== undefined)
      setOption(options, row, name, Array.isArray(value) ? value : [value], faults)
  }
  if (faults.length > 0) throw new TypeError(sayFaults(faults))
  return options
}

/** Sets one option from its raw values, or tells what is wrong with it under `source`, the name it was given by. */
export function setOption(
  options: object,
  row: OptionRow<string>,
  source: string,
  values: readonly unknown[],
  faults: Fault[],
): void {
  const read: unknown[] = []
  for (const value of values) {
    const parsed = row.parse(typeof value === 'number' && row.value === 'time' ? `${value}ms` : String(value))
    if (parsed !== undefined) read.push(parsed)
    else
      faults.push({
        name: source,
        detail: `expected ${row.expected}, got ${row.secret ? 'something else' : quote(value)}`,
      })
  }
  if (read.length > 0) Object.assign(options, { [row.name]: row.repeatable ? read : read.at(-1) })
}

/** Every option's default. */
export function defaults(): Options {
  return Object.fromEntries(OPTIONS.map((row) => [row.name, row.default])) as unknown as Options
}

/** All faults as lines. */
export function sayFaults(faults: readonly Fault[]): string {
  return faults.map(({ name, detail }) => `${name}: ${detail}`).join('\n')
}

function integer(name: keyof Options, usual: number, min: number, max: number, rest: Rest): OptionRow {
  const parse = (text: string) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
    return value >= min && value <= max ? value : undefined
  }
  return {
    name,
    value: 'number',
    default: usual,
    expected: `a whole number from ${min} to ${max}`,
    parse,
    ...rest,
  }
}

function duration(name: keyof Options, usual: number, min: number, max: number, help: string): OptionRow {
  const parse = (text: string) => {
    const value = parseDuration(text)
    return value !== undefined && value >= min && value <= max ? value : undefined
  }
  const expected = `a time with its unit from ${formatDuration(min)} to ${formatDuration(max)}, like 500ms or 10s`
  return { name, value: 'time', default: usual, expected, parse, help }
}

function text(
  name: keyof Options,
  usual: Options[keyof Options],
  expected: string,
  grammar: RegExp,
  rest: Rest,
): OptionRow {
  const parse = (value: string) => (grammar.test(value) ? value : undefined)
  return { name, value: 'text', default: usual, expected, parse, ...rest }
}

function file(name: keyof Options, help: string): OptionRow {
  const parse = (path: string) => (existsSync(path) && statSync(path).isFile() ? path : undefined)
  return {
    name,
    value: 'file',
    default: undefined,
    expected: 'a file that exists',
    parse,
    help,
    serverOnly: true,
  }
}

function parseProxies(text: string): string | undefined {
  if (/^\d+$/.test(text)) return text
  try {
    compile(text.split(',').map((part) => part.trim()))
    return text
  } catch {
    return undefined
  }
}

function parseStore(text: string): string | undefined {
  if (text === 'memory:') return text
  const path = text.startsWith('file:') ? text.slice('file:'.length) : ''
  const isFolder = existsSync(path) && statSync(path).isDirectory()
  return path !== '' && !isFolder && existsSync(dirname(resolve(path))) ? text : undefined
}

function parsePublicUrl(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:$/.test(url.protocol)) return undefined
  const { username, password, search, hash } = url
  return username + password + search + hash === '' ? url.href.replace(/\/$/, '') : undefined
}

function kebab(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}
