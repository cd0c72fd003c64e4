/** The module `imgcast` for a widget: the server is no part of a render process. */
import { notAWidget } from './widget-faults.ts'
import { WRONG_DOOR } from './wrong-door.ts'

throw notAWidget([WRONG_DOOR])
