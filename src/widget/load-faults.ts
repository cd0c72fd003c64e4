import { findUnknownFields } from '../system/unknown-fields.ts'
import { describeValue } from './describe-value.ts'
import { isKeepTime } from './kept-load.ts'

/** Lists the faults of a widget's `load`, as sentences. */
export function findLoadFaults(load: unknown): string[] {
  if (load === undefined || typeof load === 'function') return []
  if (typeof load !== 'object' || load === null) return [notLoad(load)]
  const unknown = findUnknownFields('load', load, ['keep', 'staleIfError', 'run'])
  if (unknown.length > 0) return unknown
  const { keep, staleIfError, run } = load as { keep?: unknown; staleIfError?: unknown; run?: unknown }
  if (typeof run !== 'function') return [notLoad(load)]
  const faults: string[] = []
  if (!isKeepTime(keep))
    faults.push(
      `expected \`load.keep\` to be a time such as '10m', from 100ms to 30d, got ${describeValue(keep)}`,
    )
  if (staleIfError !== undefined && !isKeepTime(staleIfError, 0))
    faults.push(
      `expected \`load.staleIfError\` to be a time such as '1d', up to 30d, got ${describeValue(staleIfError)}`,
    )
  return faults
}

function notLoad(load: unknown): string {
  return `expected \`load\` to be a function or { keep, run }, got ${describeValue(load)}`
}
