import type { LoadedWidget } from '../../widget/load-widget.ts'
import type { Manifest } from '../../widget/manifest.ts'
import { readValues } from '../../widget/manifest.ts'
import type { ParamValue } from '../../widget/param.ts'
import { roomOf } from '../../widget/room.ts'
import type { RoomScope } from '../../widget/widget.ts'
import type { Job } from '../protocol.ts'
import { type AskState, createRoomState, NO_STATE } from './room-state.ts'

/** The part of every widget function's argument that describes the job's room. */
export function roomScope({ stateless }: Manifest, { widget, key, time }: Job, ask: AskState): RoomScope {
  const room = roomOf({ widget, key })
  return { room, key, time, state: stateless ? NO_STATE : createRoomState(room, ask) }
}

/** The job's parameters. Its look was parsed by an older manifest if the code has changed since: missing ones are default. */
export function valuesOf({ widget, manifest }: LoadedWidget, job: Job): Record<string, ParamValue> {
  return readValues(widget, manifest.params, job.look.params)
}
