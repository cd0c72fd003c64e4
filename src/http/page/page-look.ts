import { type Fault, PublicError, toSentence } from '../../errors.ts'
import { nearest } from '../../system/nearest.ts'
import { formatDuration } from '../../widget/duration.ts'
import { isForgiving } from '../../widget/forgiven.ts'
import { type Look, parseLook } from '../../widget/look.ts'
import { isReservedParam, lookSpecs } from '../../widget/look-table.ts'
import { defaultLength, type Manifest } from '../../widget/manifest.ts'
import { describeParam, type ParamSpec, type ParamValue, parseParam } from '../../widget/param.ts'
import { showsFrames } from '../../widget/role.ts'
import type { Size } from '../../widget/widget.ts'
import { formatOf, type PageExtension } from '../extensions.ts'
import { findOverlooked } from '../overlooked.ts'

/** A row of a table of parameters. */
export interface Row {
  name: string
  takes: string
  about: string | undefined
  /** As it is written in a URL. */
  value: string
  /** The colour of a swatch. */
  color: string | undefined
}

/** A row of a form of parameters. */
export interface Field extends Row {
  /** The error of the submitted value. */
  fault: string | undefined
  /** The options of a `<select>`; undefined for other fields. */
  options: readonly { value: string; label: string; selected: boolean }[] | undefined
  /** Whether the field is a `<textarea>`, because its text is too long for one line. */
  isLong: boolean
  /** Its meaning and its accepted values, in sentences. */
  hint: string
  /** The attributes of an `<input>` or `<textarea>`. */
  attributes: Readonly<Record<string, string | number>>
}

/** The look in a page's address. */
export interface PageLook {
  /** The valid parameters that differ from their defaults, each in its canonical spelling. */
  query: URLSearchParams
  faults: readonly Fault[]
  /** CSS pixels; undefined if only the drawing determines the size. */
  size: Size | undefined
  fields: readonly Field[]
  /** The fields that every picture has. */
  commonFields: readonly Field[]
}

/** The longest text that is edited on one line. */
const MAX_LINE_LENGTH = 200

/** Shorter names are near to too much: `v`, `t`, `_`. */
const SHORTEST_NAME = 4

type Specs = Record<string, ParamSpec>

/** Reads a page's address. Wrong values are returned as errors and not thrown; an empty field means the default. */
export function readPageLook(manifest: Manifest, extension: PageExtension, given: URLSearchParams): PageLook {
  const asked = withoutEmptied({ ...manifest.params, ...lookSpecs(manifest) }, given)
  const faults = [
    ...findFaults(manifest, extension, asked),
    ...findOverlooked(manifest, asked),
    ...findMisspelt(manifest, given),
  ]
  const common = lookSpecs(manifest, formatOf(extension))
  const query = chooseChanged({ ...manifest.params, ...common }, asked, faults)
  return {
    query,
    faults,
    size: sizeOf(manifest, query),
    fields: toFields(manifest.params, asked, faults),
    commonFields: toFields(common, asked, faults),
  }
}

/** Describes parameters and their defaults. */
export function toRows(specs: Specs): Row[] {
  return Object.entries(specs).map(([name, spec]) => toRow(name, spec, normalise(spec, undefined)))
}

function toRow(name: string, spec: ParamSpec, value: ParamValue): Row {
  return {
    name,
    takes: describeParam(spec),
    about: spec.about,
    value: writeValue(spec, value),
    color: spec.kind === 'color' ? String(value) : undefined,
  }
}

function toFields(specs: Specs, asked: URLSearchParams, faults: readonly Fault[]): Field[] {
  return Object.entries(specs).map(([name, spec]) => {
    const raw = asked.get(name) ?? undefined
    const fault = faults.find((found) => found.name === name)?.detail
    const isRead = fault === undefined || isForgiving(spec)
    const row = toRow(name, spec, normalise(spec, isRead ? raw : undefined))
    const value = isRead ? row.value : (raw ?? row.value)
    const options = toOptions(spec, row.value)
    return {
      ...row,
      value,
      fault,
      options,
      isLong: spec.kind === 'text' && spec.max > MAX_LINE_LENGTH,
      // The choices already show the accepted values.
      hint: [row.about, options ? undefined : row.takes]
        .flatMap((words) => (words ? toSentence(words) : []))
        .join(' '),
      attributes: toAttributes(spec),
    }
  })
}

function toOptions(spec: ParamSpec, value: string): Field['options'] {
  if (spec.kind === 'boolean') {
    return [
      { value: 'true', label: 'yes', selected: value === 'true' },
      { value: 'false', label: 'no', selected: value === 'false' },
    ]
  }
  if (spec.kind !== 'choice') return undefined
  return spec.choices.map((choice) => ({ value: choice, label: choice, selected: choice === value }))
}

function toAttributes(spec: ParamSpec): Field['attributes'] {
  switch (spec.kind) {
    case 'integer':
    case 'optional-number':
    case 'number':
      return {
        type: 'number',
        inputmode: spec.kind === 'integer' && spec.min >= 0 ? 'numeric' : 'decimal',
        // Steps start at `min`: if it is not whole, no step would be a whole number.
        ...(spec.min > -1e9 && { min: spec.kind === 'integer' ? Math.ceil(spec.min) : spec.min }),
        ...(spec.max < 1e9 && { max: spec.max }),
        step: spec.kind === 'integer' ? 1 : 'any',
      }
    case 'text':
      return { ...(spec.max <= MAX_LINE_LENGTH && { type: 'text' }), maxlength: spec.max }
    default:
      return { type: 'text', spellcheck: 'false', autocapitalize: 'off', autocomplete: 'off' }
  }
}

function withoutEmptied(specs: Specs, given: URLSearchParams): URLSearchParams {
  const asked = new URLSearchParams()
  for (const [name, { kind }] of Object.entries(specs)) {
    const raw = given.getAll(name).at(-1)
    const meant = raw !== '' || kind === 'text' || kind === 'boolean'
    if (raw !== undefined && meant) asked.set(name, raw)
  }
  return asked
}

function findFaults(manifest: Manifest, extension: PageExtension, asked: URLSearchParams): readonly Fault[] {
  try {
    parseLook(manifest, formatOf(extension), asked)
    return []
  } catch (error) {
    if (error instanceof PublicError) return error.faults
    throw error
  }
}

/** Names that are nearly those of parameters. Others are ignored: cache busters are common. */
function findMisspelt(manifest: Manifest, given: URLSearchParams): Fault[] {
  const known = Object.keys({ ...manifest.params, ...lookSpecs(manifest) })
  return [...new Set(given.keys())].flatMap((name): Fault[] => {
    if (known.includes(name) || isReservedParam(name) || name.length < SHORTEST_NAME) return []
    const meant = nearest(name, known)
    return meant === undefined ? [] : [{ name, detail: `there is no such parameter, did you mean ${meant}?` }]
  })
}

function chooseChanged(specs: Specs, asked: URLSearchParams, faults: readonly Fault[]): URLSearchParams {
  const wrong = new Set(faults.map(({ name }) => name))
  return writeChanged(specs, (name, spec) => {
    const raw = asked.get(name)
    return raw === null || (wrong.has(name) && !isForgiving(spec)) ? undefined : normalise(spec, raw)
  })
}

/** A look as it is written in a URL: the parameters that differ from their defaults, in canonical spelling. */
export function toQuery(manifest: Manifest, look: Look): URLSearchParams {
  const values: Record<string, unknown> = { ...look, ...look.params }
  const specs = { ...manifest.params, ...lookSpecs(manifest) }
  return writeChanged(specs, (name) => values[name] as ParamValue)
}

/** The values that differ from the defaults; undefined is the default. */
function writeChanged(
  specs: Specs,
  find: (name: string, spec: ParamSpec) => ParamValue | undefined,
): URLSearchParams {
  const changed = Object.entries(specs).flatMap(([name, spec]): [string, string][] => {
    const value = find(name, spec)
    if (value === undefined) return []
    const text = writeValue(spec, value)
    return text === writeValue(spec, normalise(spec, undefined)) ? [] : [[name, text]]
  })
  return new URLSearchParams(changed)
}

/** The size of a picture in CSS pixels; undefined if only the drawing determines it. */
export function sizeOf(manifest: Manifest, query: URLSearchParams): Size | undefined {
  const { size, sizeFromParams, loads, params, role } = manifest
  // The size may also depend on the result of `load`.
  if (sizeFromParams && loads) return undefined
  // Frames from elsewhere have any size.
  if (showsFrames(role)) return undefined
  if (sizeFromParams && [...query.keys()].some((name) => name in params)) return undefined
  return {
    width: Number(query.get('width') ?? defaultLength(size.width)),
    height: Number(query.get('height') ?? defaultLength(size.height)),
  }
}

function normalise(spec: ParamSpec, raw: string | undefined): ParamValue {
  return parseParam(spec, raw ?? (spec.kind === 'duration' ? `${spec.default}ms` : String(spec.default)))
}

function writeValue(spec: ParamSpec, value: ParamValue): string {
  if (spec.kind === 'duration') return formatDuration(Number(value))
  // A URL would have to escape the `#`.
  return spec.kind === 'color' ? String(value).replace('#', '') : String(value)
}
