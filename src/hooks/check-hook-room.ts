import { type Fault, PublicError, quote } from '../errors.ts'
import { describeKey, isKey } from '../widget/key.ts'
import type { Manifest } from '../widget/manifest.ts'
import { parseRoom } from '../widget/room.ts'
import { parseCondition } from './condition.ts'
import type { HookSettings } from './hook.ts'

/**
 * Checks that the room of a new hook can exist: its widget is loaded, has rooms, and accepts the key.
 * @throws PublicError 400.
 */
export function checkHookRoom(manifests: ReadonlyMap<string, Manifest>, { when }: HookSettings): void {
  const { room } = parseCondition(when)
  const { widget, key } = parseRoom(room)
  const manifest = manifests.get(widget)
  if (!manifest)
    throw badRoom(`expected a room of a widget, got ${quote(room)}: there is no widget ${quote(widget)}`)
  if (manifest.stateless)
    throw badRoom(`expected a room of a widget that counts, got ${quote(room)}: ${widget} counts nothing`)
  if (!isKey(key, manifest.key))
    throw badRoom(`expected ${describeKey(manifest.key)} after ${widget}/, got ${quote(key)}`)
}

function badRoom(detail: string): PublicError {
  const faults: Fault[] = [{ name: 'when', detail }]
  return new PublicError({ code: 'bad-hook', status: 400, caption: `not a hook: when: ${detail}`, faults })
}
