import type { OutgoingClient } from '../system/outgoing.ts'
import type { ProcessGroup } from '../system/process-group.ts'
import type { ReadInput } from './camera-input.ts'
import type { CameraSpec } from './camera-spec.ts'
import { ffmpegInput } from './ffmpeg-input.ts'
import { mjpegInput, stillInput } from './http-input.ts'

/** Returns what reads a camera's source; undefined if its frames are pushed. @param group that of ffmpeg's processes */
export function createInput(
  spec: CameraSpec,
  client: OutgoingClient,
  group: ProcessGroup,
): ReadInput | undefined {
  if (spec.kind === 'mjpeg') return mjpegInput(spec, client)
  if (spec.kind === 'still') return stillInput(spec, client)
  return spec.kind === 'ffmpeg' ? ffmpegInput(spec, group) : undefined
}
