import { readFile } from 'node:fs/promises'
import { hitsSchema } from '../../http/api/schemas.ts'
import { parseBody } from '../../schema/parse-body.ts'
import { type Action, type Call, readAction } from '../actions.ts'
import type { Command } from '../command.ts'
import { type HitsRow, parseHitsFile, toHitsRoom } from '../hits-file.ts'
import { SERVER_OPTIONS } from '../server-option.ts'

const HITS = { name: 'number of hits', schema: hitsSchema }
/** Requests to the server at once. */
const AT_ONCE = 8

const ACTIONS: Readonly<Record<string, Action>> = {
  set: {
    operands: ['<room>', '<number>'],
    flags: [],
    checks: [([room = '']) => toHitsRoom(room), ([, number]) => parseNumber(number)],
    run: async (call, [room = '', number]) => {
      const hits = parseNumber(number)
      await setHits(call, { room: toHitsRoom(room), hits })
      return `${toHitsRoom(room)} has ${hits} hits\n`
    },
  },
  import: {
    operands: ['<file>'],
    flags: [],
    checks: [],
    run: async (call, [file = '']) => {
      const rows = parseHitsFile(await readFile(file, 'utf8'))
      for (let at = 0; at < rows.length; at += AT_ONCE)
        await Promise.all(rows.slice(at, at + AT_ONCE).map((row) => setHits(call, row)))
      return `Set the hits of ${rows.length} rooms.\n`
    },
  },
}

/** Sets the hits of rooms on a running server: the numbers that an earlier counter had. */
export const hitsCommand: Command = {
  name: 'hits',
  about: 'set hit counters to the numbers that an earlier counter had',
  operand: `<${Object.keys(ACTIONS).join('|')}> [room|file] [number]`,
  options: SERVER_OPTIONS,
  flags: [],
  read: (words, faults) => readAction(ACTIONS, words, faults),
}

async function setHits(call: Call, { room, hits }: HitsRow): Promise<void> {
  const [widget = '', key = ''] = room.split('/')
  const path = `/rooms/${encodeURIComponent(widget)}/${encodeURIComponent(key)}/hits`
  await call({ method: 'PUT', path, body: { hits }, expected: HITS })
}

/** @throws PublicError for anything but a whole number from 0. */
function parseNumber(text = ''): number {
  const hits = /^\d+$/.test(text) ? Number(text) : text
  return parseBody(hitsSchema, { hits }, { code: 'bad-hits', caption: 'expected a whole number' }).hits
}
