import { availableParallelism } from 'node:os'
import { expectedLocation } from '../cluster/drivers.ts'
import { type Fault, quote } from '../errors.ts'
import { nearest } from '../system/nearest.ts'
import { type Duration, formatDuration } from '../widget/duration.ts'
import {
  duration,
  file,
  folder,
  integer,
  type OptionSpec,
  option,
  parseProxies,
  parsePublicUrl,
  parseStore,
  processCount,
  repeatable,
  secret,
  serverOnly,
  text,
  widgetFolders,
} from './option-kinds.ts'

/** One option: the only definition of its flag, environment variable, default, range and help. */
export interface OptionRow<Name extends string = keyof Options> extends OptionSpec<unknown> {
  name: Name
}

const DAY = 86_400_000
const HOUR = 3_600_000

/** The options, in the order of the help. A new option is a row here: `Options` gets its type from `default`. */
const TABLE = {
  port: serverOnly(integer(9192, 0, 65_535, 'TCP port to listen on; 0 chooses a free one')),
  host: serverOnly(
    text<string>('127.0.0.1', 'a host name or address', /^[^\s/]+$/, {
      help: 'address to listen on; 0.0.0.0 for all IPv4 addresses',
    }),
  ),
  processes: serverOnly(processCount()),
  widgets: widgetFolders(),
  fonts: repeatable({
    ...folder,
    help: 'folder of fonts for letters that the bundled ones lack, and for your widgets',
  }),
  hitsThemes: option<string | undefined>({
    ...folder,
    default: undefined,
    help: 'folder whose subfolders hold pictures of the digits of hit counters, 0.png to 9.png',
  }),
  store: option<string>({
    value: 'location',
    default: 'file:./imgcast.db',
    expected: expectedLocation(),
    help: 'where to keep state, counts and history: an SQLite file, a Redis for many servers, or memory:',
    parse: parseStore,
  }),
  history: duration(90 * DAY, HOUR, 3_650 * DAY, 'how long to keep the history of rooms'),
  upstream: option<string | undefined>({
    value: 'url',
    default: undefined,
    expected: 'an http or https URL without a user name, a password or a query',
    help: 'another Imgcast: this server is an edge of it, which passes on its pictures and reports its viewers',
    parse: parsePublicUrl,
  }),
  upstreamToken: secret('token of the server at --upstream'),
  publicUrl: option<string | undefined>({
    value: 'url',
    default: undefined,
    expected: 'an http or https URL without a user name, a password or a query',
    help: 'public address of this server, used in snippets, if a proxy changes it',
    parse: parsePublicUrl,
  }),
  trustProxy: option<string | undefined>({
    value: 'proxies',
    default: undefined,
    expected: 'a number of proxies, or addresses, loopback, linklocal or uniquelocal, separated by commas',
    help: 'proxies whose X-Forwarded-For is trusted; required behind a proxy to distinguish visitors',
    parse: parseProxies,
  }),
  tlsCert: serverOnly(file('certificate chain (PEM); with --tls-key, serves HTTP/2 and HTTP/1.1 over TLS')),
  tlsKey: serverOnly(file('private key of the certificate (PEM)')),
  token: secret('token of the API; if not set, a new one is created at every start'),
  allowReferrer: repeatable(
    text('', 'a host name, or *. and a host name', /^(\*\.)?[\w.-]+(:\d+)?$/, {
      help: 'host whose pages may show pictures; if not set, all pages may',
      value: 'host',
    }),
  ),
  maxRooms: integer(
    100_000,
    1,
    10_000_000,
    'maximum number of stored rooms that were never watched or written',
  ),
  maxPictureBytes: integer(10_000_000, 1_000, 100_000_000, 'maximum bytes of a pushed picture'),
  maxPicturesBytes: integer(
    250_000_000,
    1_000,
    100_000_000_000,
    'maximum bytes of all pushed pictures together, kept beside the store',
  ),
  maxSeries: integer(1_000, 1, 100_000, 'maximum number of series of numbers; an idle one makes place'),
  cameras: file(
    'cameras as YAML or JSON: a source, or its settings, for each key; read again when it changes',
  ),
  maxCameras: integer(16, 1, 1_000, 'maximum number of camera sources that run at once'),
  compat: text<'off' | 'mjpg-streamer'>('off', 'off or mjpg-streamer', /^(off|mjpg-streamer)$/, {
    help: 'also serve the paths of mjpg-streamer and ustreamer, for the first camera: /?action=stream',
    value: 'off|mjpg-streamer',
  }),
  showSource: text<'auto' | 'on' | 'off'>('auto', 'auto, on or off', /^(auto|on|off)$/, {
    help: 'show the code of a failed widget to browsers on this machine; auto: if started on a terminal',
    value: 'auto|on|off',
  }),
  maxConnections: integer(10_000, 1, 1_000_000, 'maximum number of open picture streams'),
  maxConnectionsPerAddress: integer(200, 1, 1_000_000, 'maximum number of open picture streams per address'),
  livePerBrowser: integer(
    4,
    0,
    6,
    'different pictures that a browser streams over HTTP/1.1 before further ones are stills; 0 for any number',
  ),
  maxVisitorsPerAddress: option<number | 'auto'>({
    value: 'number|auto',
    default: 'auto',
    expected: 'auto, or a whole number from 1 to 1000000',
    help: 'maximum number of visitors that one address adds to a room; auto for 5, or a fifth of the room',
    parse: (value) => (value === 'auto' ? value : integer(1, 1, 1_000_000, '').parse(value)),
  }),
  maxNewRoomsPerAddress: integer(
    0,
    0,
    10_000_000,
    'maximum number of new rooms per address and minute; 0 for 3 times --max-connections-per-address',
  ),
  maxSocketsPerAddress: integer(
    0,
    0,
    1_000_000,
    'maximum number of open sockets per address, except of proxies; 0 for 100 more than streams',
  ),
  maxChannels: integer(500, 1, 100_000, 'maximum number of different pictures drawn at the same time'),
  maxChannelsPerAddress: integer(
    0,
    0,
    100_000,
    'maximum number of different pictures that one address opens; 0 for all that others do not need',
  ),
  maxLooksPerAddress: integer(
    0,
    0,
    1_000_000,
    'maximum number of new pictures (rooms or looks) per address and minute; 0 for no limit',
  ),
  linger: duration(10_000, 0, HOUR, 'how long a picture is kept after its last viewer has left'),
  heartbeat: duration(3_000, 100, 60_000, 'longest delay before a closed Firefox tab is noticed'),
  ghostTimeout: duration(
    20_000,
    0,
    HOUR,
    'how soon a viewer whose network is gone stops counting; 0s for never',
  ),
  stillCache: duration(0, 0, 7 * DAY, 'how long caches may keep a still, unless its URL has cacheSeconds'),
  probe: text<'on' | 'off'>('on', 'on or off', /^(on|off)$/, {
    help: 'send a megabyte to streams that Chromium may have left open, so that it closes them',
    value: 'on|off',
  }),
  directSend: text<'auto' | 'off'>('auto', 'auto or off', /^(auto|off)$/, {
    help: 'send frames directly to the kernel, through io_uring if allowed',
    value: 'auto|off',
  }),
  allowPrivateTargets: option<boolean>({
    value: 'on|off',
    default: false,
    expected: 'on or off',
    help: 'let polls and webhooks reach private, loopback and link-local addresses',
    parse: (value) => ({ on: true, true: true, off: false, false: false })[value],
  }),
  drain: serverOnly(
    duration(
      0,
      0,
      HOUR,
      'how long /readyz reports 503 while the server keeps serving, between SIGTERM and the stop',
    ),
  ),
  minInterval: duration(100, 0, 60_000, 'minimum time between two pictures that events cause'),
  drawTimeout: duration(2_000, 100, 60_000, 'how long a widget may take to draw'),
  workers: integer(Math.max(2, Math.min(4, availableParallelism())), 1, 64, 'number of render processes'),
  logLevel: text<string>(
    'info',
    'fatal, error, warn, info, debug, trace or silent',
    /^(fatal|error|warn|info|debug|trace|silent)$/,
    { help: 'lowest level of log lines', value: 'level' },
  ),
}

type Table = typeof TABLE

/** All options by name; times are milliseconds. */
export type Options = { -readonly [Name in keyof Table]: Table[Name]['default'] }

/** The options of an app that embeds the server. A repeatable one takes one value or several; a time may have a unit. */
export type EmbeddedOptions = Partial<{
  [Name in keyof Table as Table[Name] extends { serverOnly: true } ? never : Name]: Table[Name] extends {
    repeatable: true
  }
    ? string | string[]
    : Table[Name]['default'] | (Table[Name] extends { value: 'time' } ? Duration : never)
}>

/** The options as rows, in the order of the help. */
export const OPTIONS: readonly OptionRow[] = Object.entries(TABLE).map(([name, spec]) => ({
  ...(spec as OptionSpec<unknown>),
  name: name as keyof Options,
}))

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
  if (typeof value === 'boolean') return value ? 'on' : 'off'
  return typeof value === 'number' && row.value === 'time' ? formatDuration(value) : String(value)
}

/** The options of `createImgcast`. */
const EMBEDDABLE = OPTIONS.filter(({ serverOnly }) => !serverOnly)
const NAMES = EMBEDDABLE.map(({ name }) => name)

/**
 * Reads options given in code: numbers may be given as numbers, times as milliseconds.
 * @throws TypeError that names every wrong option.
 */
export function readOptions(given: Readonly<Record<string, unknown>>): Options {
  const faults: Fault[] = []
  const options = defaults()
  for (const [name, value] of Object.entries(given)) {
    const row = EMBEDDABLE.find((candidate) => candidate.name === name)
    const near = row ? undefined : nearest(name, NAMES)
    const help = near === undefined ? `expected one of ${NAMES.join(', ')}` : `did you mean ${near}?`
    if (!row) faults.push({ name, detail: `no such option, ${help}` })
    else if (value !== undefined)
      setOption(options, row, name, Array.isArray(value) ? value : [value], faults)
  }
  if (faults.length > 0) throw new TypeError(formatFaults(faults))
  return options
}

/** Sets one option from its raw values, or adds a fault for each wrong one, named `source` as the user gave it. */
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
        detail:
          row.explain?.(String(value)) ??
          `expected ${row.expected}, got ${row.secret ? 'something else' : quote(value)}`,
      })
  }
  if (read.length > 0) Object.assign(options, { [row.name]: row.repeatable ? read : read.at(-1) })
}

/** Every option's default. */
export function defaults(): Options {
  return Object.fromEntries(OPTIONS.map((row) => [row.name, row.default])) as unknown as Options
}

/** Formats faults, one on each line. */
export function formatFaults(faults: readonly Fault[]): string {
  return faults.map(({ name, detail }) => `${name}: ${detail}`).join('\n')
}

function kebab(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}
