import type { Camera, CameraCondition } from './camera.ts'
import { publicSource } from './camera-spec.ts'

/** Where a camera was described. */
export type CameraOrigin = 'file' | 'api'

/** A camera, for operators. */
export interface CameraReport {
  key: string
  kind: string
  source: string
  name: string
  from: CameraOrigin
  preload: boolean
  condition: CameraCondition
  /** Looks of it that are watched or drawn now. */
  looks: number
  frames: number
  bytes: number
  restarts: number
  /** Frames in the last second. */
  fps: number
  /** Milliseconds since the newest frame; undefined before it. */
  age: number | undefined
}

/** Reports on a camera, without the secrets of its source. @param looks those that are watched or drawn */
export function toCameraReport(
  key: string,
  { spec, condition, totals, age, fps }: Camera,
  from: CameraOrigin,
  looks: number,
): CameraReport {
  return {
    ...{ key, kind: spec.kind, source: publicSource(spec.source), name: spec.name ?? key, from },
    ...{ preload: spec.preload ?? false, looks, condition, ...totals, fps },
    age: Number.isFinite(age) ? Math.round(age) : undefined,
  }
}
