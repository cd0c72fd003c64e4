import { quote } from '../../errors.ts'
import { formatDuration, parseDuration } from '../../widget/duration.ts'
import { badParameters, type Look } from '../../widget/look.ts'
import type { Manifest } from '../../widget/manifest.ts'
import { showsFrames } from '../../widget/role.ts'
import type { StreamDelivery } from './streams.ts'

/** The range of `stale` in milliseconds. */
const SHORTEST = 20_000
const LONGEST = 300_000
/**
 * Its default. The picture is sent again after three quarters of it, which for a picture of 2 kB and its mark is less than
 * a fifth of sending 2 kB every 3 s.
 */
const DEFAULT = 20_000
const EXPECTED = `off, or a time from ${formatDuration(SHORTEST)} to ${formatDuration(LONGEST)}`

/**
 * Reads the milliseconds of silence after which a stream's picture marks itself as stale from a query; 0 for never. By
 * default, pictures that do not move have a mark, since they look the same when their server is gone: a moving one stops. A
 * picture from elsewhere has none, since its bytes are its sender's; one with few colours has none, since they may not include
 * those of the mark.
 * @throws PublicError 400 for a time that is out of range, for a format other than PNG, or with `bits` or `colors`.
 */
export function readStale(
  query: URLSearchParams,
  manifest: Manifest,
  { format, framing }: StreamDelivery,
  { bits, colors }: Pick<Look, 'bits' | 'colors'>,
): number {
  const time = parseStale(query)
  if (time === 0 || framing === 'machine') return 0
  const hasFewColors = bits !== 'auto' || colors !== ''
  if (time === undefined) return format === 'png' && !hasFewColors && !moves(manifest) ? DEFAULT : 0
  if (format === 'png' && !hasFewColors) return time
  const got = format === 'png' ? 'bits or colors' : format.toUpperCase()
  const expected = format === 'png' ? 'a PNG of all colours' : 'a PNG (.png)'
  const detail = `expected ${expected} for a picture that marks itself as stale, got ${got}`
  throw badParameters([{ name: 'stale', detail }])
}

/**
 * Reads `stale` in milliseconds, whatever the format; 0 for `off`. A still has no mark, but refuses a wrong time too.
 * @throws PublicError 400 for anything else.
 */
export function parseStale(query: URLSearchParams): number | undefined {
  const text = query.getAll('stale').at(-1)
  if (text === undefined) return undefined
  if (text === 'off') return 0
  const time = parseDuration(text)
  if (time === undefined || time < SHORTEST || time > LONGEST)
    throw badParameters([{ name: 'stale', detail: `expected ${EXPECTED}, got ${quote(text)}` }])
  return time
}

/** Frames from elsewhere pass untouched: the mark would be a part of their bytes. */
function moves({ fps, loops, role }: Manifest): boolean {
  return fps !== undefined || loops || showsFrames(role)
}
