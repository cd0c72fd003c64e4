import type { Driver } from '../cluster/driver.ts'
import type { Fault } from '../errors.ts'
import { defaults, formatFaults, type Options } from './options.ts'

/** Options about what only an origin has. */
const ORIGIN_ONLY = [
  ...[
    'widgets',
    'hitsThemes',
    'store',
    'history',
    'maxRooms',
    'maxPictureBytes',
    'maxPicturesBytes',
    'maxSeries',
  ],
  ...['cameras', 'maxCameras', 'compat', 'showSource', 'stillCache', 'allowPrivateTargets', 'drawTimeout'],
  ...['workers', 'processes'],
] as (keyof Options)[]

/**
 * Finds the options that are missing for an edge, or make no sense for one.
 * @param nameOf how the user gives an option: a flag, or its name in code.
 */
export function findEdgeFaults(options: Options, nameOf: (name: keyof Options) => string): Fault[] {
  const { upstream, upstreamToken } = options
  if (upstream === undefined) {
    if (upstreamToken === undefined) return []
    return [{ name: nameOf('upstreamToken'), detail: `is for an edge: ${nameOf('upstream')} is missing` }]
  }
  const faults: Fault[] = []
  if (upstreamToken === undefined) {
    const detail = `is missing: an edge needs the ${nameOf('token')} of the server at ${upstream}`
    faults.push({ name: nameOf('upstreamToken'), detail })
  }
  const normal = defaults()
  for (const name of ORIGIN_ONLY) {
    const isNormal = JSON.stringify(options[name]) === JSON.stringify(normal[name])
    if (isNormal || (name === 'store' && options.store === 'memory:')) continue
    const detail =
      name === 'processes'
        ? 'an edge is one process: start several behind a load balancer'
        : `an edge has no use for it: ${upstream} draws and stores everything`
    faults.push({ name: nameOf(name), detail })
  }
  return faults
}

/**
 * Checks the options of an app.
 * @throws TypeError that names every option that is missing for an edge, or makes no sense for one.
 */
export function checkEdge(options: Options, driver: Driver | undefined): void {
  const store = driver === undefined ? options.store : 'a driver'
  const faults = findEdgeFaults({ ...options, store }, (name) => name)
  if (faults.length > 0) throw new TypeError(formatFaults(faults))
}
