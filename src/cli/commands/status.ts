import * as z from 'zod'
import { pollReportSchema } from '../../http/api/schemas.ts'
import { parsePoll } from '../../status/poll.ts'
import { parseStatus, statusSchema } from '../../status/status-schema.ts'
import { checkKey } from '../../widget/key.ts'
import { type Action, readAction, toTable } from '../actions.ts'
import { NOTHING } from '../call-api.ts'
import type { Command, Words } from '../command.ts'
import { EVERY_FLAG, HEADER_FLAG } from '../poll-flags.ts'
import { SERVER_OPTIONS } from '../server-option.ts'

/** The fields of a status and its poll that are shown. */
const shownRowSchema = z.object({
  key: z.string(),
  status: statusSchema.pick({ label: true, message: true }).nullable(),
  /** Older servers do not say it. */
  shown: z.string().nullish(),
  poll: pollReportSchema
    .pick({ url: true, every: true })
    .extend({ last: z.object({ ok: z.boolean(), detail: z.string() }).nullable() })
    .nullable(),
})
type StatusRow = z.infer<typeof shownRowSchema>

const LIST = { name: 'list of statuses', schema: z.object({ statuses: z.array(shownRowSchema) }) }
const SET = { name: 'status', schema: statusSchema.pick({ message: true }) }
const POLLED = { name: 'poll', schema: pollReportSchema.pick({ every: true }) }
/** Flags that are fields of the request body, by their names there. */
const LOOK = ['label', 'color', 'labelColor', 'style']
const SET_FLAGS = [...LOOK, 'namedLogo', 'ttl', 'grace']
const POLL = [...LOOK, 'every', 'query', 'kind', 'map', 'prefix', 'suffix']

const ACTIONS: Readonly<Record<string, Action>> = {
  set: {
    operands: ['<key>', '<message>'],
    flags: SET_FLAGS,
    checks: [checkName, (operands, flags) => parseStatus(toStatus(operands, flags))],
    run: async (call, operands, flags) => {
      const [key = '', message] = operands
      const body = toStatus(operands, flags)
      await call({ method: 'PUT', path: pathOf(key), body, expected: SET })
      return `${key} says ${message}\n`
    },
  },
  poll: {
    operands: ['<key>', '<url>'],
    flags: [...POLL, 'header'],
    checks: [checkName, (operands, flags) => parsePoll(toPoll(operands, flags))],
    run: async (call, operands, flags) => {
      const [key = '', url] = operands
      const body = toPoll(operands, flags)
      const { every } = await call({ method: 'PUT', path: `${pathOf(key)}/poll`, body, expected: POLLED })
      return `${key} shows what ${url} says, every ${every}\n`
    },
  },
  list: {
    operands: [],
    flags: [],
    checks: [],
    run: async (call) => {
      const { statuses } = await call({ method: 'GET', path: '/status', expected: LIST })
      if (statuses.length === 0) return 'There are no badges.\n'
      return `${toTable([['KEY', 'LABEL', 'MESSAGE', 'POLLED'], ...statuses.map(toCells)])}\n`
    },
  },
  rm: {
    operands: ['<key>'],
    flags: [],
    checks: [checkName],
    run: async (call, [key = '']) => {
      await call({ method: 'DELETE', path: pathOf(key), expected: NOTHING })
      return `Deleted ${key}.\n`
    },
  },
}

/** Sets, polls, lists and removes the badges of a running server. */
export const statusCommand: Command = {
  name: 'status',
  about: 'manage live badges: set their text, or poll a URL for it',
  operand: `<${Object.keys(ACTIONS).join('|')}> [key] [message|url]`,
  options: SERVER_OPTIONS,
  flags: [
    { flag: '--label <text>', help: 'text of the left half (default the key)' },
    { flag: '--color <color>', help: 'background of the message, like brightgreen or #4c1' },
    { flag: '--label-color <color>', help: 'background of the label' },
    { flag: '--style <style>', help: 'flat, flat-square, plastic, for-the-badge or social' },
    { flag: '--named-logo <slug>', help: 'a logo of simple-icons, like github' },
    { flag: '--ttl <time>', help: 'late unless it is set again within this time, like 10m' },
    { flag: '--grace <time>', help: 'how long it is late before it is down (default as long as --ttl)' },
    EVERY_FLAG,
    { flag: '--query <path>', help: 'JSONPath to the value to show, like $.build.status' },
    { flag: '--kind <kind>', help: 'json (default), or http: up or down, and how fast it responds' },
    { flag: '--map <map>', help: 'colors and words by value, like success=brightgreen,failure=red:failing' },
    HEADER_FLAG,
    { flag: '--prefix <text>', help: 'text before the value' },
    { flag: '--suffix <text>', help: 'text after the value' },
  ],
  read: (words, faults) => readAction(ACTIONS, words, faults),
}

function checkName([key = '']: readonly string[]): void {
  checkKey(key)
}

function toStatus([key = '', message]: readonly string[], flags: Words['flags']): object {
  return { schemaVersion: 1, label: key, message, ...pick(flags, SET_FLAGS) }
}

function toPoll([, url]: readonly string[], flags: Words['flags']): object {
  return { url, ...pick(flags, POLL), ...(flags.header !== undefined && { headers: flags.header }) }
}

function pathOf(key: string): string {
  return `/status/${encodeURIComponent(key)}`
}

function pick(flags: Words['flags'], names: readonly string[]): object {
  return Object.fromEntries(names.flatMap((name) => (flags[name] === undefined ? [] : [[name, flags[name]]])))
}

function toCells({ key, status, shown, poll }: StatusRow): string[] {
  const polled = poll ? `every ${poll.every} ${poll.url}` : ''
  const failed = poll?.last?.ok === false ? ` (${poll.last.detail})` : ''
  return [key, status?.label ?? '', shown ?? status?.message ?? '', polled + failed]
}
