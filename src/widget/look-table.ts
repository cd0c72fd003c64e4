import { DITHERS, type Dither } from '../picture/device/dither.ts'
import { isDeviceFormat, MAX_COLORS } from '../picture/device/encode-for-device.ts'
import { TURNS } from '../picture/device/turn.ts'
import { FORMATS, type Format } from '../picture/frame.ts'
import { defaultLength, type Manifest } from './manifest.ts'
import type { ParamSpec, ParamValue } from './param.ts'
import { MAX_FPS } from './picture-limits.ts'

/** One look parameter: it applies to pictures of any widget, and is one field of their look. */
interface LookRow<Value extends ParamValue> {
  /** Describes the parameter; undefined for widgets whose pictures do not have it. */
  spec(manifest: Manifest): ParamSpec | undefined
  /** The value for pictures without the parameter. */
  absent(manifest: Manifest): Value
  /**
   * The formats in which it has no effect. There every value means the default, so that one picture is one channel.
   * @default none
   */
  unusedIn?: readonly Format[]
}

/** Bits a pixel, in a query; `auto` is as many as the colours need. */
export type BitsChoice = (typeof BITS)[number]

/** A turn clockwise, in a query. */
export type TurnChoice = `${(typeof TURNS)[number]}`

/** How a looping picture is delivered. */
export type Animate = (typeof ANIMATE)[number]

/** Every picture has it. */
export const SCALE: ParamSpec = {
  ...{ kind: 'number', default: 1, min: 1, max: 3 },
  about: 'device pixels per CSS pixel',
}
const DEFAULT_QUALITY = 85
const NO_GIF: readonly Format[] = ['png', 'jpeg', 'webp', 'svg', 'bmp']
/** `push`: frame by frame; `loop`: one period as one animated picture; `off`: one frame. */
const ANIMATE = ['push', 'loop', 'off'] as const
const BITS = ['auto', '1', '2', '4', '8'] as const

/**
 * The look parameters, in the order in which pages show them. The type of a look, its identity (which decides who shares
 * a picture), the parser, the reserved parameter names, the forms and the docs all come from this table: a new parameter
 * is a row here, plus the code that applies it.
 */
const LOOK_TABLE = {
  /** CSS pixels; only a hint if the widget's parameters decide the size. */
  width: row<number>({
    spec: ({ size }) => lengthSpec(size.width),
    absent: ({ size }) => defaultLength(size.width),
  }),
  height: row<number>({
    spec: ({ size }) => lengthSpec(size.height),
    absent: ({ size }) => defaultLength(size.height),
  }),
  scale: row<number>({
    spec: () => SCALE,
    absent: () => 1,
    unusedIn: ['svg'],
  }),
  /** Frames a second; 0 if the widget does not animate at a frame rate. */
  fps: row<number>({
    spec: ({ fps }) =>
      fps ? { kind: 'number', default: fps, min: 1, max: MAX_FPS, about: 'frames a second' } : undefined,
    absent: () => 0,
    unusedIn: ['svg'],
  }),
  /** How a looping picture is delivered; always `push` for pictures that do not loop. */
  animate: row<Animate>({
    spec: ({ loops }) =>
      loops
        ? {
            kind: 'choice',
            default: 'push',
            choices: ANIMATE,
            about: 'streamed, one animated PNG, or one frame',
          }
        : undefined,
    absent: () => 'push',
    unusedIn: ['svg'],
  }),
  /** Frames of the GIF of a picture that ticks; 0 for all others. */
  frames: row<number>({
    spec: ({ ticks }) =>
      ticks ? { kind: 'integer', default: 60, min: 1, max: 120, about: 'frames of a GIF' } : undefined,
    absent: () => 0,
    unusedIn: NO_GIF,
  }),
  /** How often such a GIF is played; 0 for ever. */
  loop: row<number>({
    spec: ({ ticks }) =>
      ticks
        ? { kind: 'integer', default: 1, min: 0, max: 1000, about: 'how often a GIF is played, 0 for ever' }
        : undefined,
    absent: () => 0,
    unusedIn: NO_GIF,
  }),
  /** Whether the widget's example data takes the place of loaded data; always false for widgets without any. */
  example: row<boolean>({
    spec: ({ hasExample }) =>
      hasExample
        ? { kind: 'boolean', default: false, about: 'example data in place of the real data' }
        : undefined,
    absent: () => false,
  }),
  /** 1 to 100. */
  quality: row<number>({
    spec: () => ({ kind: 'integer', default: DEFAULT_QUALITY, min: 1, max: 100, about: 'JPEG and WebP' }),
    absent: () => DEFAULT_QUALITY,
    unusedIn: ['png', 'gif', 'svg', 'bmp'],
  }),
  /** Bits a pixel, for small devices: greys, or as many as index `colors`. */
  bits: row<BitsChoice>({
    ...forDevices(),
    spec: () => choice('auto', BITS, 'greys for e-paper: 1, 2, 4 or 8 bits a pixel'),
    absent: () => 'auto',
  }),
  dither: row<Dither>({
    ...forDevices(),
    spec: () => choice('none', DITHERS, 'how few colours look like many'),
    absent: () => 'none',
  }),
  /** The colours that are sent, as hex digits with commas between; empty for greys or all. */
  colors: row<string>({
    ...forDevices(),
    spec: () => ({ kind: 'colors', default: '', max: MAX_COLORS, about: 'the only colours that are sent' }),
    absent: () => '',
  }),
  /** What the panel shows for each of `colors`. */
  palette: row<string>({
    ...forDevices(),
    spec: () => ({
      kind: 'colors',
      default: '',
      max: MAX_COLORS,
      about: 'what the panel shows for each of colors',
    }),
    absent: () => '',
  }),
  /** Clockwise, in degrees. */
  rotate: row<TurnChoice>({
    ...forDevices(),
    spec: () => choice('0', TURNS.map(String), 'clockwise, in degrees'),
    absent: () => '0',
  }),
  invert: row<boolean>({
    ...forDevices(),
    spec: () => ({ kind: 'boolean', default: false, about: 'light becomes dark' }),
    absent: () => false,
  }),
}

type Table = typeof LOOK_TABLE

/** The values of all look parameters. */
export type LookValues = { -readonly [Name in keyof Table]: ReturnType<Table[Name]['absent']> }

/** The names of all look parameters, in the order of the table. */
export const LOOK_NAMES = Object.keys(LOOK_TABLE) as (keyof Table)[]

/**
 * Query parameters that are not part of the look: the delivery, the unique `v` of the redirect for Firefox, and the size
 * at which a page shows a picture that is clicked.
 */
const REQUEST_PARAMS: readonly string[] = ['delivery', 'v', 'shown']

/** Whether a name is reserved, because every picture already has a parameter of this name. */
export function isReservedParam(name: string): boolean {
  return Object.hasOwn(LOOK_TABLE, name) || REQUEST_PARAMS.includes(name)
}

type Specs = Readonly<Record<string, ParamSpec>>

/** Each request reads them, and they are the same as long as a widget's module is loaded. */
const SPECS = new WeakMap<Manifest, Map<Format | undefined, Specs>>()
const ROWS: readonly [string, LookRow<ParamValue>][] = Object.entries(LOOK_TABLE)

/** Returns the look parameters of a widget's pictures; with a format, only those that have an effect in it. */
export function lookSpecs(manifest: Manifest, format?: Format): Specs {
  const known = SPECS.get(manifest) ?? new Map<Format | undefined, Specs>()
  SPECS.set(manifest, known)
  const specs = known.get(format) ?? readSpecs(manifest, format)
  known.set(format, specs)
  return specs
}

function readSpecs(manifest: Manifest, format: Format | undefined): Specs {
  const specs: Record<string, ParamSpec> = {}
  for (const [name, { spec, unusedIn = [] }] of ROWS) {
    const found = spec(manifest)
    if (found && !(format && unusedIn.includes(format))) specs[name] = found
  }
  return specs
}

/** Returns the values of a picture whose URL has no look parameters. */
export function plainLookValues(manifest: Manifest): LookValues {
  const values: Record<string, ParamValue> = {}
  for (const [name, { spec, absent }] of ROWS) values[name] = spec(manifest)?.default ?? absent(manifest)
  return values as LookValues
}

function row<Value extends ParamValue>(parts: LookRow<Value>): LookRow<Value> {
  return parts
}

/** The formats of small devices are the only ones in which these parameters have an effect. */
function forDevices(): { unusedIn: readonly Format[] } {
  return { unusedIn: FORMATS.filter((format) => !isDeviceFormat(format)) }
}

function choice(value: string, choices: readonly string[], about: string): ParamSpec {
  return { kind: 'choice', default: value, choices, about }
}

function lengthSpec(side: Manifest['size']['width']): ParamSpec | undefined {
  return typeof side === 'number' ? undefined : { kind: 'integer', about: 'CSS pixels', ...side }
}
