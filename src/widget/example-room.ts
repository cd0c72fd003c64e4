import { parseRoom } from './room.ts'

/** The room in the examples of help texts and error messages, which readers can copy: a built-in widget's. */
export const EXAMPLE_ROOM = 'online/blog'

/** Its widget and its key. */
export const { widget: EXAMPLE_WIDGET, key: EXAMPLE_KEY } = parseRoom(EXAMPLE_ROOM)
