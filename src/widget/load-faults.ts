import { quote } from '../errors.ts'
import { isKeepTime } from './kept-load.ts'
import { findUnknownFields } from './unknown-fields.ts'

/** Lists the faults of a widget's `load`, as sentences. */
export function findLoadFaults(load: unknown): string[] {
  if (load === undefined || typeof load === 'function') return []
  const { keep, staleIfError, run } = Object(load) as {
    keep?: unknown
    staleIfError?: unknown
    run?: unknown
  }
  if (typeof load !== 'object' || load === null || typeof run !== 'function')
    return [`expected \`load\` to be a function or { keep, run }, got ${shown(load)}`]
  const faults = findUnknownFields('load', load, ['keep', 'staleIfError', 'run'])
  if (!isKeepTime(keep))
    faults.push(`expected \`load.keep\` to be a time such as '10m', from 100ms to 30d, got ${shown(keep)}`)
  if (staleIfError !== undefined && !isKeepTime(staleIfError, 0))
    faults.push(
      `expected \`load.staleIfError\` to be a time such as '1d', up to 30d, got ${shown(staleIfError)}`,
    )
  return faults
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : quote(value)
}
