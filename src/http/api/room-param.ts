import { roomOf } from '../../channel/spec.ts'
import { type Fault, PublicError, quote } from '../../errors.ts'
import { checkKey } from '../../widget/key.ts'
import { isWidgetName } from '../../widget/room-name.ts'

/** The room that a path names. @throws PublicError 400 for what no room is called. */
export function readRoom({ widget = '', key = '' }: { widget?: string; key?: string }): string {
  if (!isWidgetName(widget)) {
    const detail = `expected the name of a widget, like online, got ${quote(widget)}`
    const faults: Fault[] = [{ name: 'widget', detail }]
    throw new PublicError({ code: 'bad-widget', status: 400, caption: `widget: ${detail}`, faults })
  }
  checkKey(key)
  return roomOf({ widget, key })
}
