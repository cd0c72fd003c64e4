import { quote } from '../errors.ts'
import { COLOR_SYNTAX, parseColor } from '../picture/color.ts'
import { type Choice, findChoiceFault, readChoice } from './choice.ts'
import { readColors } from './color-list.ts'
import { readDate } from './date.ts'
import { readDecimal } from './decimal.ts'
import { type Duration, formatDuration, parseDuration, toMilliseconds } from './duration.ts'
import { readLocale } from './locale.ts'
import { readThresholds } from './thresholds.ts'
import { readZone } from './zone.ts'

/** A parameter's type, default and range as plain data, for pages and for the parser. */
export type ParamSpec =
  | { kind: 'text'; default: string; max: number; about?: string }
  | ({ kind: 'number' | 'integer'; default: number; min: number; max: number; about?: string } & Order)
  /** Empty: unset. */
  | ({ kind: 'optional-number'; default: ''; min: number; max: number; about?: string } & Order)
  | { kind: 'duration'; default: number; min: number; max: number; about?: string }
  | { kind: 'boolean'; default: boolean; about?: string }
  /** Numbers and colours, like `70:yellow,90:red`, in ascending order. */
  | { kind: 'color' | 'zone' | 'date' | 'locale' | 'thresholds'; default: string; about?: string }
  /** Several colours, as six hex digits each, with commas between. */
  | { kind: 'colors'; default: string; max: number; about?: string }
  | ({ kind: 'choice'; about?: string } & Choice)
  /** Parsed by the widget itself; the value is the raw text, or empty. */
  | { kind: 'custom'; default: string; about?: string }

/** The value of a parameter as widgets get it. */
export type ParamValue = string | number | boolean

/** A parameter of a widget; `T` is the type that `draw` gets. */
export interface Param<T extends ParamValue = ParamValue> {
  readonly spec: ParamSpec & { default: T }
}

/**
 * Any object with a `parse` method, such as a Zod schema. `parse` gets the text from the query, or undefined if it is
 * missing, and throws for an invalid value.
 */
export interface Parser<T = unknown> {
  parse(raw: unknown): T
}

interface About {
  /** One short sentence for the gallery. */
  about?: string
}

interface TextRange extends About {
  max?: number
}

/** How a number differs from another number parameter of the widget, whose name this is, where both are set. */
interface Order {
  /** It must be larger. */
  above?: string
  /** It must be larger or smaller. */
  unlike?: string
}

interface Range extends About, Order {
  min?: number
  max?: number
}

interface DurationRange extends About {
  min?: number | Duration
  max?: number | Duration
}

/** The page that a picture is drawn for: light, dark, or unknown. */
export type Theme = 'auto' | 'light' | 'dark'

const THEMES: readonly Theme[] = ['auto', 'light', 'dark']

/** Functions that declare a widget's parameters. */
export const param = {
  /** Text of at most `max` characters: `param.text('here', { max: 20 })`, or only the options. @default max 100 */
  text(value: string | TextRange = '', options: TextRange = {}): Param<string> {
    if (typeof value === 'object') return param.text('', value)
    const { max = 100, ...about } = options
    return { spec: { kind: 'text', default: value, max, ...about } }
  },
  /** A finite number in a range. @default any number */
  number(value: number, { min = -1e9, max = 1e9, ...about }: Range = {}): Param<number> {
    return { spec: { kind: 'number', default: value, min, max, ...about } }
  },
  /** A finite number in a range, or `''` if it is not set. @default any number */
  optionalNumber({ min = -1e15, max = 1e15, ...about }: Range = {}): Param<number | ''> {
    return { spec: { kind: 'optional-number', default: '', min, max, ...about } }
  },
  /** A whole number in a range. @default any safe number */
  integer(value: number, { min = -1e9, max = 1e9, ...about }: Range = {}): Param<number> {
    return { spec: { kind: 'integer', default: value, min, max, ...about } }
  },
  /** `true`/`false`, `1`/`0`, `yes`/`no`, `on`/`off`, or the bare name for true. */
  boolean(value = false, about: About = {}): Param<boolean> {
    return { spec: { kind: 'boolean', default: value, ...about } }
  },
  /**
   * A colour in the syntax of shields.io or CSS: `brightgreen`, `ff8800`, `tomato`, `hsl(120 50% 40%)`. `draw` gets
   * a colour for a canvas. `''`: unset.
   */
  color(value: string, about: About = {}): Param<string> {
    return { spec: { kind: 'color', default: reads(parseColor, value), ...about } }
  },
  /**
   * One of a few words. @default the first
   *
   * With `otherwise`, a word that is none of them means that one, with a warning, and is no error; an empty value is
   * the default. `older` are further words, each with the one of them that it means.
   */
  choice<const C extends string>(
    choices: readonly C[],
    value: NoInfer<C> = choices[0] as C,
    about: About & { otherwise?: NoInfer<C>; older?: Readonly<Record<string, NoInfer<C>>> } = {},
  ): Param<C> {
    if (!Array.isArray(choices))
      throw new TypeError(
        `param.choice: expected a list of words, like param.choice(['flat', 'round']), got ${quote(choices)}`,
      )
    return { spec: { kind: 'choice', default: value, choices, ...about } }
  },
  /**
   * The page that the picture is for: `light`, `dark`, or `auto` for a picture that is readable on both. An SVG with
   * `auto` follows the reader's own setting: `draw` is called once with `light` and once with `dark`. The parameter must
   * be named `theme`. `toPalette` turns it into colours.
   */
  theme(
    value: Theme = 'auto',
    about: About = {
      about:
        'For light pages, for dark pages, or readable on both; an SVG then follows the reader’s setting.',
    },
  ): Param<Theme> {
    return { spec: { kind: 'choice', default: value, choices: THEMES, ...about } }
  },
  /**
   * A time with a unit (`500ms`, `2s`, `5m`, `1h`). `draw` gets milliseconds. The default and the limits are such texts
   * or milliseconds.
   */
  duration(
    value: number | Duration,
    { min = 1, max = 86_400_000, ...about }: DurationRange = {},
  ): Param<number> {
    const [time, least, most] = [value, min, max].map((each) => {
      const read = toMilliseconds(each)
      if (!Number.isNaN(read)) return read
      throw new TypeError(
        `param.duration: expected a time like '500ms', '2s' or '5m', or milliseconds, got ${quote(each)}`,
      )
    }) as [number, number, number]
    return { spec: { kind: 'duration', default: time, min: least, max: most, ...about } }
  },
  /** The name of a time zone, such as `Europe/Berlin`; see `zoneOffset`. */
  zone(value = 'UTC', about: About = {}): Param<string> {
    return { spec: { kind: 'zone', default: value, ...about } }
  },
  /** A language, such as `de` or `pt-BR`, for `formatNumber`, `formatDate` and `Intl`. */
  locale(value = 'en', about: About = {}): Param<string> {
    return { spec: { kind: 'locale', default: value, ...about } }
  },
  /**
   * Colours from some numbers on: `70:yellow,90:red`. `thresholdColor` returns the colour of a number. `''`: unset.
   */
  thresholds(value = '', about: About = {}): Param<string> {
    return { spec: { kind: 'thresholds', default: reads(readThresholds, value), ...about } }
  },
  /** A date, or a date and time, with or without an offset; `dateToTime` converts it to milliseconds. `''`: unset. */
  date(value = '', about: About = {}): Param<string> {
    return { spec: { kind: 'date', default: reads(readDate, value), ...about } }
  },
}

/** Returns a default in its normal form, or as it is: its fault is then reported with the widget's others. */
function reads(read: (raw: string) => string | undefined, value: string): string {
  return (typeof value === 'string' ? read(value) : undefined) ?? value
}

/** Whether a parameter is `param.theme()`. */
export function isTheme(spec: ParamSpec | undefined): boolean {
  return (
    spec?.kind === 'choice' &&
    spec.choices.length === THEMES.length &&
    THEMES.every((theme) => spec.choices.includes(theme))
  )
}

/** Describes the values of a parameter: `a number from 1 to 30`. */
export function describeParam(spec: ParamSpec): string {
  switch (spec.kind) {
    case 'text':
      return `text of at most ${spec.max} characters`
    case 'number':
    case 'integer': {
      const noun = spec.kind === 'integer' ? 'a whole number' : 'a number'
      return spec.min <= -1e9 && spec.max >= 1e9 ? noun : `${noun} from ${spec.min} to ${spec.max}`
    }
    case 'optional-number':
      return 'a number'
    case 'duration':
      return `a time from ${formatDuration(spec.min)} to ${formatDuration(spec.max)}`
    case 'boolean':
      return 'true or false'
    case 'color':
      return COLOR_SYNTAX
    case 'colors':
      return `2 to ${spec.max} colours with commas between, like 000000,ffffff,ff0000`
    case 'zone':
      return 'a time zone like Europe/Berlin'
    case 'locale':
      return 'a language like de or pt-BR'
    case 'thresholds':
      return 'numbers and colours like 70:yellow,90:red'
    case 'date':
      return 'a date like 2027-01-01 or 2027-01-01T18:30'
    case 'choice':
      return spec.choices.length === 1 ? `${spec.choices[0]}` : `one of ${spec.choices.join(', ')}`
    case 'custom':
      return 'a value that the widget parses itself'
  }
}

/** Whether a parameter has its own parser. */
export function isParser(param: unknown): param is Parser {
  return typeof (param as Partial<Parser> | null | undefined)?.parse === 'function'
}

/** Parses a query value. @throws RangeError that names the expected and the actual value. */
export function parseParam(spec: ParamSpec, raw: string): ParamValue {
  const value = read(spec, raw)
  if (value === undefined) throw new RangeError(`expected ${describeParam(spec)}, got ${quote(raw)}`)
  return value
}

/** Describes the fault in an author's spec; undefined for a valid one. */
export function findSpecFault(spec: ParamSpec): string | undefined {
  const fault = 'choices' in spec ? findChoiceFault(spec) : undefined
  if (fault !== undefined) return fault
  if (spec.about !== undefined && typeof spec.about !== 'string')
    return `has ${quote(spec.about)} as \`about\`, expected text`
  if (spec.kind === 'text' && !(Number.isInteger(spec.max) && spec.max >= 0))
    return `has the limit ${quote(spec.max)}, expected a whole number of characters`
  if ('min' in spec && [spec.min, spec.max].some((limit) => typeof limit !== 'number' || Number.isNaN(limit)))
    return 'has a limit that is no number, and no time with a unit like 500ms'
  if ('min' in spec && spec.min > spec.max) return `has a range from ${spec.min} down to ${spec.max}`
  const raw = spec.kind === 'duration' ? `${spec.default}ms` : String(spec.default)
  // `typeof`, so that `draw` gets what the type says.
  if (typeof read(spec, raw) === typeof spec.default) return undefined
  return `has the default ${quote(spec.default)}, expected ${describeParam(spec)}`
}

function read(spec: ParamSpec, raw: string): ParamValue | undefined {
  switch (spec.kind) {
    case 'text':
      return [...raw].length <= spec.max ? raw : undefined
    case 'optional-number':
      return raw === '' ? '' : read({ ...spec, kind: 'number', default: 0 }, raw)
    case 'number':
    case 'integer': {
      const value = readDecimal(raw)
      const right = spec.kind === 'integer' ? Number.isSafeInteger(value) : Number.isFinite(value)
      // `+ 0` turns -0 into 0, so that both are one channel.
      return right && value >= spec.min && value <= spec.max ? value + 0 : undefined
    }
    case 'duration': {
      const value = parseDuration(raw)
      return value !== undefined && value >= spec.min && value <= spec.max ? value : undefined
    }
    case 'boolean':
      if (/^(true|1|yes|on|)$/i.test(raw)) return true
      return /^(false|0|no|off)$/i.test(raw) ? false : undefined
    case 'color':
      // Empty means that the widget chooses the colour: `param.color('')`.
      if (raw === '' && spec.default === '') return ''
      return parseColor(raw)
    case 'colors':
      return raw === '' && spec.default === '' ? '' : readColors(raw, spec.max)
    case 'zone':
      return readZone(raw)
    case 'thresholds':
      return raw === '' ? '' : readThresholds(raw)
    case 'locale':
      return readLocale(raw)
    case 'date':
      // The same for a date.
      return raw === '' && spec.default === '' ? '' : readDate(raw)
    case 'choice':
      return readChoice(spec, raw) ?? spec.otherwise
    case 'custom':
      return raw
  }
}
