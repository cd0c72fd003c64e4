import { randomBytes } from 'node:crypto'
import { builtInFolder } from '../../widget/built-in-folder.ts'
import { loadFolders } from '../../widget/load-folder.ts'
import { type Roles, widgetOf } from '../../widget/role.ts'
import { roomOf } from '../../widget/room.ts'

/** The rooms of one doctor. The server remembers nothing of rooms with these names (`isPassingRoom`). */
export interface OwnRooms {
  pushes: string
  quiet: string
  visit: string
  visitors: string
}

/** The names of the rooms that the doctor opens: those of widgets with the roles that it needs. */
export class RoomNames {
  readonly #counted: string
  /** Shared rooms: other viewers in them do not affect the measurements. */
  readonly shared: Readonly<Record<'head' | 'first' | 'pace', string>>

  /** @throws Error if no widget has one of the roles. */
  constructor(roles: Roles) {
    this.#counted = widgetOf(roles, 'viewer-count')
    this.shared = {
      head: this.#room('head'),
      // Its picture does not depend on its viewers.
      first: roomOf({ widget: widgetOf(roles, 'status-badge'), key: 'doctor-first' }),
      pace: roomOf({ widget: widgetOf(roles, 'ticker'), key: 'doctor' }),
    }
  }

  /** Reads the names of the widgets from Imgcast's own: every server has those. */
  static async load(): Promise<RoomNames> {
    const { roles } = await loadFolders([builtInFolder()])
    return new RoomNames(roles)
  }

  /** An unused room: reading its counts leaves no trace on the server. */
  unused(): string {
    return this.#room(randomBytes(8).toString('hex'))
  }

  /** @param set a number from 1 to 4. @default a set that no other doctor uses */
  own(set = randomBytes(8).toString('hex')): OwnRooms {
    const room = (part: string) => this.#room(`${set}-${part}`)
    return { pushes: room('pushes'), quiet: room('quiet'), visit: room('visit'), visitors: room('visitors') }
  }

  #room(name: string): string {
    return roomOf({ widget: this.#counted, key: `doctor-${name}` })
  }
}
