import { quote } from '../errors.ts'
import { COLOR_SYNTAX, parseColor } from '../picture/color.ts'
import { readDate } from './date.ts'
import { formatDuration, parseDuration } from './duration.ts'
import { readZone } from './zone.ts'

/** A parameter's type, default and range as plain data: what pages show and what the server parses with. */
export type ParamSpec =
  | { kind: 'text'; default: string; max: number; about?: string }
  | { kind: 'number' | 'integer'; default: number; min: number; max: number; about?: string }
  | { kind: 'duration'; default: number; min: number; max: number; about?: string }
  | { kind: 'boolean'; default: boolean; about?: string }
  | { kind: 'color' | 'zone' | 'date'; default: string; about?: string }
  | { kind: 'choice'; default: string; choices: readonly string[]; about?: string }
  /** Read by the widget itself; the value is the text that came, empty for none. */
  | { kind: 'custom'; default: string; about?: string }

/** The value of a parameter as widgets get it. */
export type ParamValue = string | number | boolean

/** A parameter of a widget; `T` is what `draw` gets. */
export interface Param<T extends ParamValue = ParamValue> {
  readonly spec: ParamSpec & { default: T }
}

/**
 * Any object that reads a value, a Zod schema for instance: `parse` gets the text of the query, undefined where there is
 * none, and throws for what is wrong.
 */
export interface Parser<T = unknown> {
  parse(raw: unknown): T
}

interface About {
  /** One short sentence for the gallery. */
  about?: string
}

interface Range extends About {
  min?: number
  max?: number
}

/** The pages a picture can be drawn for. */
export type Theme = 'auto' | 'light' | 'dark'

const THEMES: readonly Theme[] = ['auto', 'light', 'dark']

/** The kinds of parameters a widget can declare. */
export const param = {
  /** Text of at most `max` characters. @default max 100 */
  text(value = '', { max = 100, ...about }: About & { max?: number } = {}): Param<string> {
    return { spec: { kind: 'text', default: value, max, ...about } }
  },
  /** A finite number in a range. @default any number */
  number(value: number, { min = -1e9, max = 1e9, ...about }: Range = {}): Param<number> {
    return { spec: { kind: 'number', default: value, min, max, ...about } }
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
   * A colour as shields.io and CSS name it: `brightgreen`, `ff8800`, `tomato`, `hsl(120 50% 40%)`. `draw` gets
   * what a canvas takes. `''`: unset.
   */
  color(value: string, about: About = {}): Param<string> {
    return { spec: { kind: 'color', default: parseColor(value) ?? value, ...about } }
  },
  /** One of a few words. @default the first */
  choice<const C extends string>(
    choices: readonly C[],
    value: NoInfer<C> = choices[0] as C,
    about: About = {},
  ): Param<C> {
    return { spec: { kind: 'choice', default: value, choices, ...about } }
  },
  /**
   * `light`, `dark`, or `auto` for a picture that suits both; an SVG's `auto` follows the reader's own setting, and
   * never reaches `draw`, which draws both. Name it `theme`.
   */
  theme(
    value: Theme = 'auto',
    about: About = { about: 'For a light page, a dark one, or either.' },
  ): Param<Theme> {
    return { spec: { kind: 'choice', default: value, choices: THEMES, ...about } }
  },
  /** A time with its unit (`500ms`, `2s`, `5m`, `1h`), in milliseconds to `draw`; limits are milliseconds. */
  duration(value: number, { min = 1, max = 86_400_000, ...about }: Range = {}): Param<number> {
    return { spec: { kind: 'duration', default: value, min, max, ...about } }
  },
  /** The name of a time zone, `Europe/Berlin`; `zoneOffset` makes a clock of it. */
  zone(value = 'UTC', about: About = {}): Param<string> {
    return { spec: { kind: 'zone', default: value, ...about } }
  },
  /** A date, or a date and time, with an offset or without; `dateToTime` makes a moment of it. `''`: unset. */
  date(value = '', about: About = {}): Param<string> {
    return { spec: { kind: 'date', default: readDate(value) ?? value, ...about } }
  },
}

/** Whether a parameter is `param.theme()`. */
export function isTheme(spec: ParamSpec | undefined): boolean {
  return (
    spec?.kind === 'choice' &&
    spec.choices.length === THEMES.length &&
    THEMES.every((theme) => spec.choices.includes(theme))
  )
}

/** Says what a parameter takes, in words: `a number from 1 to 30`. */
export function describeParam(spec: ParamSpec): string {
  switch (spec.kind) {
    case 'text':
      return `text of at most ${spec.max} characters`
    case 'number':
    case 'integer': {
      const noun = spec.kind === 'integer' ? 'a whole number' : 'a number'
      return spec.min === -1e9 && spec.max === 1e9 ? noun : `${noun} from ${spec.min} to ${spec.max}`
    }
    case 'duration':
      return `a time from ${formatDuration(spec.min)} to ${formatDuration(spec.max)}`
    case 'boolean':
      return 'true or false'
    case 'color':
      return COLOR_SYNTAX
    case 'zone':
      return 'a time zone like Europe/Berlin'
    case 'date':
      return 'a date like 2027-01-01 or 2027-01-01T18:30'
    case 'choice':
      return spec.choices.length === 1 ? `${spec.choices[0]}` : `one of ${spec.choices.join(', ')}`
    case 'custom':
      return 'what the widget reads itself'
  }
}

/** Whether a parameter reads its own values. */
export function isParser(param: unknown): param is Parser {
  return typeof (param as Partial<Parser> | null | undefined)?.parse === 'function'
}

/** Parses a query value; throws a `RangeError` that says what was expected and what came. */
export function parseParam(spec: ParamSpec, raw: string): ParamValue {
  const value = read(spec, raw)
  if (value === undefined) throw new RangeError(`expected ${describeParam(spec)}, got ${quote(raw)}`)
  return value
}

/** Finds what is wrong with a spec that an author wrote: undefined for a good one. */
export function findSpecFault(spec: ParamSpec): string | undefined {
  if ('choices' in spec && spec.choices.length === 0) return 'has no choices'
  if ('min' in spec && spec.min > spec.max) return `has a range from ${spec.min} down to ${spec.max}`
  const raw = spec.kind === 'duration' ? `${spec.default}ms` : String(spec.default)
  if (read(spec, raw) !== undefined) return undefined
  return `has the default ${quote(spec.default)}, expected ${describeParam(spec)}`
}

function read(spec: ParamSpec, raw: string): ParamValue | undefined {
  switch (spec.kind) {
    case 'text':
      return [...raw].length <= spec.max ? raw : undefined
    case 'number':
    case 'integer': {
      const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(raw) ? Number(raw) : Number.NaN
      const right = spec.kind === 'integer' ? Number.isSafeInteger(value) : Number.isFinite(value)
      // `+ 0` makes one channel of -0 and 0.
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
      // A colour may be left to the widget: `param.color('')`.
      if (raw === '' && spec.default === '') return ''
      return parseColor(raw)
    case 'zone':
      return readZone(raw)
    case 'date':
      // So may a date.
      return raw === '' && spec.default === '' ? '' : readDate(raw)
    case 'choice':
      return spec.choices.includes(raw) ? raw : undefined
    case 'custom':
      return raw
  }
}
