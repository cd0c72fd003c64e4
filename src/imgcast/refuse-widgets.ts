/** Ends the import of the whole server into a render process, which may happen where a widget is not compiled by us. */
import { join } from 'node:path'
import { notAWidget } from '../widget/widget-faults.ts'
import { WRONG_DOOR } from '../widget/wrong-door.ts'

const HOST = join('src', 'render', 'host', 'host.js')

if (process.argv[1]?.endsWith(HOST)) throw notAWidget([WRONG_DOOR])
