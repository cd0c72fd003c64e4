import { extname } from 'node:path'
import { pino } from 'pino'
import { readEmbedded } from '../../channel/read-embedded.ts'
import { type Fault, PublicError, quote } from '../../errors.ts'
import { type Extension, extensionRow, isExtension, isPicture } from '../../http/extensions.ts'
import { findManifest } from '../../http/picture/find-manifest.ts'
import { withWords } from '../../http/picture/picture-data.ts'
import { type PicturePath, parsePicturePath } from '../../http/picture-path.ts'
import { formatFaults, OPTIONS } from '../../imgcast/options.ts'
import { FolderWatch } from '../../render/folder-watch.ts'
import type { Job, StateRequest } from '../../render/protocol.ts'
import { RenderError } from '../../render/render-error.ts'
import { Renderer } from '../../render/renderer.ts'
import { findUrlFault, OutgoingClient } from '../../system/outgoing.ts'
import { RemoteImages } from '../../system/remote-images.ts'
import { builtInFolder } from '../../widget/built-in-folder.ts'
import { formatPlace } from '../../widget/find-place.ts'
import { checkKey } from '../../widget/key.ts'
import { badParameters, parseLook } from '../../widget/look.ts'
import { emptySeries } from '../../widget/number-series.ts'
import { emptyHistory } from '../../widget/room-history.ts'
import { changeState } from '../../widget/state-change.ts'
import { type Command, USAGE_ERROR, type Words } from '../command.ts'
import { fetchStill } from '../fetch-still.ts'
import { type OutputOptions, writeOutput } from '../write-output.ts'

interface RenderSettings extends OutputOptions {
  path: PicturePath
  extension: Extension
  query: URLSearchParams
  counts: { connections: number; visitors: number; peak: number }
  time: number
  /** Whether example data is ignored. */
  isLive: boolean
}

const FAILED = 1
const MAX_VIEWERS = 1_000_000_000
/** ISO 8601 only: `Date` also parses many other texts. */
const ISO = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/

/**
 * Draws one picture without a server, in a render process like the server's, so that a hanging widget is killed. With
 * `--url`, fetches a finished picture of a running server.
 */
export const renderCommand: Command = {
  name: 'render',
  about: 'draw one picture into a file, without a server, or fetch one from a server',
  operand: '[path?look]',
  options: OPTIONS.filter(({ name }) => ['widgets', 'fonts', 'drawTimeout'].includes(name)),
  flags: [
    {
      flag: '-o, --output <file>',
      help: 'output file, with the same extension as the path or none; - for standard output',
    },
    { flag: '--url <url>', help: 'fetch the finished picture of this address in place of drawing one' },
    { flag: '--live', help: 'load real data if the widget has example data' },
    { flag: '--watch', help: 'draw again whenever a module of --widgets changes, until Ctrl-C' },
    { flag: '--if-changed', help: 'leave the file untouched if it has the same bytes' },
    {
      flag: '--connections <number>',
      help: 'number of open pictures (default: as many as visitors, or 1)',
    },
    { flag: '--visitors <number>', help: 'number of visitors (default: as many as connections, or 1)' },
    { flag: '--time <time>', help: 'time of the picture, like 2026-01-01T12:00:00Z (default now)' },
  ],
  read(words, faults) {
    if (words.flags.url !== undefined) return readFetch(words, faults)
    const settings = readSettings(words, faults)
    if (words.flags.watch !== true) return () => render(settings, words)
    if (words.options.widgets.length === 0)
      faults.push({ name: '--watch', detail: 'needs --widgets, whose modules it watches' })
    return () => watch(settings, words)
  },
}

/** Flags that describe a drawing. */
const DRAWING = ['connections', 'visitors', 'time', 'live', 'watch']

function readFetch({ operand, flags }: Words, faults: Fault[]): () => Promise<number> {
  const url = String(flags.url)
  const fault = findUrlFault(url)
  if (fault !== undefined) faults.push({ name: '--url', detail: `expected ${fault}` })
  for (const name of [
    operand,
    ...DRAWING.filter((each) => flags[each] !== undefined).map((each) => `--${each}`),
  ])
    if (name !== undefined) faults.push({ name, detail: 'does not apply to --url' })
  const options = readOutput(flags, faults)
  return async () => {
    try {
      await writeOutput(await fetchStill(url, options.output), options)
      return 0
    } catch (error) {
      process.stderr.write(`${(error as Error).message}\n`)
      return FAILED
    }
  }
}

function readOutput(flags: Words['flags'], faults: Fault[]): OutputOptions {
  const output = String(flags.output ?? '')
  if (output === '')
    faults.push({ name: '--output', detail: 'expected a file to write, or - for standard output' })
  return { output, ifChanged: flags.ifChanged === true }
}

function readSettings({ operand = '', flags }: Words, faults: Fault[]): RenderSettings {
  if (operand === '') faults.push({ name: '<path?look>', detail: 'is missing, see --help' })
  const [, name = '', search = ''] = /^\/?([^?]*)(?:\?(.*))?$/s.exec(operand) ?? []
  const path = readPath(`/${name}`, faults)
  const options = readOutput(flags, faults)
  const connections = readCount('connections', flags.connections, faults)
  const visitors = readCount('visitors', flags.visitors, faults) ?? connections ?? 1
  const time =
    flags.time === undefined
      ? Date.now()
      : ISO.test(String(flags.time))
        ? Date.parse(String(flags.time))
        : Number.NaN
  if (Number.isNaN(time)) {
    faults.push({
      name: '--time',
      detail: `expected a time like 2026-01-01T12:00:00Z, got ${quote(flags.time)}`,
    })
  }
  return {
    path,
    extension: readExtension(path, options.output, faults),
    query: new URLSearchParams(search),
    ...options,
    counts: { connections: connections ?? visitors, visitors, peak: visitors },
    time,
    isLive: flags.live === true,
  }
}

function readPath(text: string, faults: Fault[]): PicturePath {
  try {
    const path = parsePicturePath(text)
    if (path) return path
    if (faults.length === 0)
      faults.push({ name: text, detail: 'expected <widget>/<key>.<extension>, or <widget>.<extension>' })
  } catch (error) {
    if (!(error instanceof PublicError)) throw error
    faults.push(...error.faults)
  }
  return { widget: '', key: undefined, extension: 'png' }
}

/** Returns the path's extension, or otherwise the output file's. */
function readExtension({ extension }: PicturePath, output: string, faults: Fault[]): Extension {
  const written = extname(output).slice(1)
  const found = extension ?? (isExtension(written) ? written : 'png')
  if (found === 'mjpeg') faults.push({ name: '.mjpeg', detail: 'is an endless stream, use .jpg' })
  const agrees =
    written === '' ||
    written === found ||
    (isExtension(written) &&
      isPicture(written) &&
      extensionRow(written).format === extensionRow(found).format)
  if (!agrees)
    faults.push({ name: '--output', detail: `expected the extension .${found}, or none, got .${written}` })
  return found
}

function readCount(name: string, value: string | boolean | undefined, faults: Fault[]): number | undefined {
  if (value === undefined) return undefined
  const count = /^\d+$/.test(String(value)) ? Number(value) : Number.NaN
  if (count <= MAX_VIEWERS) return count
  faults.push({
    name: `--${name}`,
    detail: `expected a whole number from 0 to ${MAX_VIEWERS}, got ${quote(value)}`,
  })
  return undefined
}

/** Draws, and draws again after each change of a module, until a signal ends the process. */
async function watch(settings: RenderSettings, words: Words): Promise<undefined> {
  const folders = await FolderWatch.start(words.options.widgets, pino({ level: 'silent' }))
  let last = Promise.resolve()
  const draw = () => {
    // One after another: the file is that of the newest code.
    last = last.then(async () => {
      const code = await render(settings, words, (files) => folders.add(files))
      if (code === 0) process.stderr.write(`wrote ${settings.output}\n`)
    })
    return last
  }
  await draw()
  folders.onChange(() => void draw())
}

async function render(
  settings: RenderSettings,
  { options: { widgets, fonts, drawTimeout } }: Words,
  onFiles: (files: readonly string[]) => void = () => {},
): Promise<number> {
  // An author may load from the own network.
  const images = new RemoteImages(new OutgoingClient({ allowPrivateTargets: true }))
  const renderer = await Renderer.start({
    folders: [builtInFolder(), ...widgets],
    workers: 1,
    fonts,
    drawTimeout,
    log: pino({ base: null }, { write: showOutput }),
    onImage: (url) => images.fetch(url),
    onState: async (request) => answerEmpty(request, settings),
  })
  onFiles(renderer.files)
  try {
    const bytes = await drawPicture(settings, renderer)
    await writeOutput(bytes, settings)
    return 0
  } catch (error) {
    const isUsage = error instanceof PublicError && !(error instanceof RenderError)
    process.stderr.write(`${isUsage ? formatUsageError(error) : formatFailure(error as Error)}\n`)
    return isUsage ? USAGE_ERROR : FAILED
  } finally {
    await renderer.close()
  }
}

async function drawPicture(
  { path, extension, query, counts, time, isLive }: RenderSettings,
  renderer: Renderer,
): Promise<Buffer | string> {
  const { widget } = path
  const fault = renderer.faults.find(({ name }) => name === widget)
  if (fault) throw new Error(`${formatPlace(fault)}: ${fault.message}`)
  const manifest = findManifest(renderer.manifests, widget)
  const key = path.key ?? manifest.key.default
  checkKey(key, manifest.key)
  const { format } = extensionRow(extension)
  if (manifest.hasExample && !isLive && !query.has('example')) query.set('example', 'on')
  const look = parseLook(manifest, format ?? 'png', query)
  const spec = { widget, key, look }
  const facts = { ...counts, time }
  const shows = manifest.reads ? await readEmbedded(renderer, spec) : []
  const draw = async (job: Omit<Job, 'output'>) => (await renderer.draw(job, () => 1)).frame
  const faults = shows.flatMap(({ fault }) => fault ?? [])
  // A server shows a card for a wrong picture; a file must not contain one that its author never sees.
  if (faults.length > 0) throw badParameters(faults)
  const embedded = await Promise.all(
    shows.flatMap(({ path, spec }) =>
      spec ? draw({ ...spec, ...facts }).then((frame) => ({ path, frame })) : [],
    ),
  )
  const job: Omit<Job, 'output'> = { ...spec, ...facts, embedded }
  if (format === undefined) {
    const words = await Promise.all(
      shows.map(async ({ path, spec }) => ({
        path,
        alt: spec ? (await renderer.data({ ...spec, ...facts }, () => 1)).alt : path,
      })),
    )
    const { json, alt } = await renderer.data({ ...job, words }, () => 1)
    return extension === 'txt' ? `${alt}\n` : `${JSON.stringify(withWords(json ?? null, { alt, age: 0 }))}\n`
  }
  return (await draw(job)).bytes
}

/** Prints only the output of widgets, such as an author's `console.log`. The error reports everything else. */
function showOutput(line: string): void {
  const { renderer, msg } = JSON.parse(line) as { renderer?: number; msg: string }
  if (renderer !== undefined) process.stderr.write(`${msg}\n`)
}

function formatUsageError({ faults, message }: PublicError): string {
  return faults.length > 0 ? formatFaults(faults) : message
}

/** Includes the stack of a widget's own error, which names the file and line. */
function formatFailure({ message, cause }: Error): string {
  return cause instanceof Error ? `${message}\n${cause.stack}` : message
}

/** Serves a widget's state request, for a room without state. */
function answerEmpty(request: StateRequest, { counts, time }: RenderSettings): unknown {
  if (request.operation === 'get') return undefined
  if (request.operation === 'series') return emptySeries(request.key, request.period, time)
  if (request.operation !== 'history') return changeState(request.name, undefined, request).result
  return { room: request.room, ...emptyHistory(request.span, time), ...counts }
}
