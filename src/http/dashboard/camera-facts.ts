import type { CameraState } from '../../camera/camera.ts'
import { pathOfRoom } from '../../widget/room.ts'
import type { MeteredCamera } from '../metrics/camera-meter.ts'

/** Cameras on the page: those with a fault first, then those with viewers. The API lists all. */
const MAX_SHOWN = 100
const ORDER: readonly CameraState[] = ['offline', 'interrupted', 'full', 'connecting', 'live', 'idle']

/** The cameras, as their template needs them. @param base the path of the server */
export function toCameraFacts(
  list: readonly MeteredCamera[],
  { base, widget }: { base: string; widget: string },
) {
  const rank = ({ condition }: MeteredCamera) => ORDER.indexOf(condition.state)
  const sorted = list.toSorted((one, other) => rank(one) - rank(other))
  return {
    shown: sorted.slice(0, MAX_SHOWN).map((camera) => ({
      ...camera,
      ...camera.condition,
      age: camera.age ?? null,
      href: base + pathOfRoom({ widget, key: camera.key }),
    })),
    more: Math.max(0, sorted.length - MAX_SHOWN),
  }
}
