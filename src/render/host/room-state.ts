import { quote } from '../../errors.ts'
import { checkOptions } from '../../system/unknown-fields.ts'
import type { Swapped } from '../../widget/state-change.ts'
import { checkAmount, toStateValue } from '../../widget/state-json.ts'
import type { RoomState } from '../../widget/widget.ts'
import type { StateRequest } from '../protocol.ts'

/** Sends a request about a room's state or history to the server; resolves with its result. */
export type AskState = (request: StateRequest) => Promise<unknown>

/** Attempts of `update` to write before any other writer: each attempt that fails was the success of another. */
const MAX_ATTEMPTS = 1_000

/** The state of stateless widgets. */
export const NO_STATE: RoomState = {
  get: async () => undefined,
  set: refuseWrite,
  add: refuseWrite,
  push: refuseWrite,
  update: refuseWrite,
  delete: refuseWrite,
}

/** The state of a room, through the server. Values are encoded here: the error for a wrong one names it. */
export function createRoomState(room: string, ask: AskState): RoomState {
  return {
    get: <T>(name: string) => ask({ room, operation: 'get', name }) as Promise<T | undefined>,
    set: async (name, value) => {
      await ask({ room, operation: 'set', name, value: toStateValue(name, value) })
    },
    add: async (name, value) => {
      checkAmount(name, value)
      return (await ask({ room, operation: 'add', name, value })) as number
    },
    push: async (name, value, options = {}) => {
      checkOptions('push', options, ['keep'])
      const pushed = { value: toStateValue(name, value), keep: options.keep }
      return (await ask({ room, operation: 'push', name, ...pushed })) as number
    },
    delete: (name) => ask({ room, operation: 'delete', name }) as Promise<boolean>,
    update: (name, change) => update(room, name, change, ask),
  }
}

/** Reads, changes and writes a value again until no other writer was faster. */
async function update<T>(
  room: string,
  name: string,
  change: (value: T | undefined) => T | undefined | Promise<T | undefined>,
  ask: AskState,
): Promise<T | undefined> {
  if (typeof change !== 'function')
    throw new TypeError(`Expected a function that changes \`${name}\`, got ${quote(change)}`)
  const first = await ask({ room, operation: 'get', name })
  let expected = first === undefined ? undefined : JSON.stringify(first)
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    // A new object each time: `change` may modify it.
    const value = await change(expected === undefined ? undefined : (JSON.parse(expected) as T))
    const next = value === undefined ? undefined : toStateValue(name, value)
    const swap = (await ask({ room, operation: 'swap', name, expected, value: next })) as Swapped
    if (swap.isSwapped) return value
    expected = swap.current
  }
  throw new Error(`Expected \`${name}\` to be left alone for a moment, but it changes all the time`)
}

async function refuseWrite(name: string): Promise<never> {
  throw new TypeError(`Expected no write of \`${name}\`: the widget is \`stateless\``)
}
