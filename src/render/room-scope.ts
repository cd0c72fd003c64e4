import { roomOf } from '../widget/room.ts'
import type { RoomScope, RoomState } from '../widget/widget.ts'
import type { Job, StateRequest } from './protocol.ts'

/** Asks the server for a room's state. */
export type AskState = (request: StateRequest) => Promise<unknown>

/** What a widget is given of its job's room, whatever it is to do. */
export function roomScope({ widget, key }: Job, ask: AskState): RoomScope {
  const room = roomOf({ widget, key })
  const state: RoomState = {
    get: <T>(name: string) => ask({ room, operation: 'get', name }) as Promise<T | undefined>,
    set: async (name, value) => void (await ask({ room, operation: 'set', name, value })),
    add: (name, value) => ask({ room, operation: 'add', name, value }) as Promise<number>,
  }
  return { room, key, state }
}
