import type { LoadedWidget } from '../../widget/load-widget.ts'
import type { Manifest } from '../../widget/manifest.ts'
import { readValues } from '../../widget/manifest.ts'
import type { ParamValue } from '../../widget/param.ts'
import { roomOf } from '../../widget/room.ts'
import type { RoomScope, RoomState } from '../../widget/widget.ts'
import type { Job, StateRequest } from '../protocol.ts'

/** Sends a request about a room's state or history to the server; resolves with its result. */
export type AskState = (request: StateRequest) => Promise<unknown>

/** The state of stateless widgets. */
const NO_STATE: RoomState = {
  get: async () => undefined,
  set: refuseWrite,
  add: refuseWrite,
}

/** The part of every widget function's argument that describes the job's room. */
export function roomScope({ stateless }: Manifest, { widget, key }: Job, ask: AskState): RoomScope {
  const room = roomOf({ widget, key })
  const state: RoomState = {
    get: <T>(name: string) => ask({ room, operation: 'get', name }) as Promise<T | undefined>,
    set: async (name, value) => void (await ask({ room, operation: 'set', name, value })),
    add: (name, value) => ask({ room, operation: 'add', name, value }) as Promise<number>,
  }
  return { room, key, state: stateless ? NO_STATE : state }
}

async function refuseWrite(name: string): Promise<never> {
  throw new TypeError(`Expected no write of \`${name}\`: the widget is \`stateless\``)
}

/** The job's parameters. Its look was parsed by an older manifest if the code has changed since: missing ones are default. */
export function valuesOf({ widget, manifest }: LoadedWidget, job: Job): Record<string, ParamValue> {
  return readValues(widget, manifest.params, job.look.params)
}
