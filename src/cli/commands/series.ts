import * as z from 'zod'
import { type Fault, PublicError } from '../../errors.ts'
import {
  numberPollReportSchema,
  seriesListSchema,
  seriesReportSchema,
  seriesSchema,
} from '../../http/api/schemas.ts'
import { parseNumberPoll } from '../../status/poll.ts'
import { toTable } from '../actions.ts'
import { type ApiCall, callApi, NOTHING } from '../call-api.ts'
import type { Command, Words } from '../command.ts'
import { findKeyFaults, findTtlFaults } from '../faults.ts'
import { EVERY_FLAG, HEADER_FLAG } from '../poll-flags.ts'
import { harmlessAll } from '../printable.ts'
import { sendNumbers } from '../send-numbers.ts'
import { SERVER_OPTIONS } from '../server-option.ts'

type Call = <T>(call: Pick<ApiCall<T>, 'method' | 'path' | 'body' | 'expected'>) => Promise<T>

const shown = { key: true, value: true, time: true } as const
const ADDED = { name: 'series', schema: seriesReportSchema.pick(shown) }
const READ = {
  name: 'series',
  schema: seriesSchema.pick(shown).extend({
    points: z.array(z.object({ time: z.string(), min: z.number(), max: z.number(), mean: z.number() })),
  }),
}
const LIST = {
  name: 'list of series',
  schema: z.object({ series: z.array(seriesListSchema.shape.series.element.pick(shown)) }),
}
const POLLED = { name: 'poll', schema: numberPollReportSchema.pick({ every: true }) }
const FAILED = 1
const HOUR = 3_600_000
const MAX_COLUMN = 1_000
const BARS = '▁▂▃▄▅▆▇█'

/** Sends numbers to a running server, from the command line or from a program's output, and prints them. */
export const seriesCommand: Command = {
  name: 'series',
  about: 'send numbers to sparklines, gauges and charts, also from a pipe, or print them',
  operand: '[key] [number|-]',
  options: SERVER_OPTIONS,
  flags: [
    { flag: '--column <n>', help: 'read lines from standard input, and send the number in this column' },
    { flag: '--ttl <time>', help: 'marked as late unless a number comes within this time, like 10m' },
    { flag: '--poll <url>', help: 'fetch JSON, or the metrics of an exporter, from this URL' },
    { flag: '--query <path>', help: 'JSONPath to the number, like $.load, or a metric, like node_load1' },
    EVERY_FLAG,
    HEADER_FLAG,
    { flag: '--delete', help: 'delete the series and its poll' },
  ],
  read({ operands: [key, number], options, flags }, faults) {
    const { column, ttl } = flags as { column?: string; ttl?: string }
    faults.push(
      ...findFaults(key, number, column, ttl, flags.delete === true),
      ...findPollFaults(key, number, flags),
    )
    const { server: url, token } = options
    const call: Call = async (rest) => harmlessAll(await callApi({ url, token, ...rest }))
    const add = (text: string) =>
      call({ method: 'PUT', path: `${pathOf(key)}${toQuery(ttl)}`, body: Buffer.from(text), expected: ADDED })
    return async () => {
      try {
        if (flags.delete === true) return await remove(call, key as string)
        if (flags.poll !== undefined) return await poll(call, key as string, flags)
        if (number === '-' || column !== undefined) return await pipe(add, Number(column ?? 1))
        if (key === undefined) return await list(call)
        if (number === undefined) return await print(call, key)
        await add(String(Number(number)))
        return 0
      } catch (error) {
        process.stderr.write(`${(error as Error).message}\n`)
        return FAILED
      }
    }
  },
}

function findFaults(
  key: string | undefined,
  number: string | undefined,
  column: string | undefined,
  ttl: string | undefined,
  isDeleted: boolean,
): Fault[] {
  const faults = [...findKeyFaults('[key]', key), ...findTtlFaults(ttl)]
  const fault = (name: string, detail: string) => faults.push({ name, detail })
  const isRead = number === '-' || column !== undefined
  if (key === undefined && (isRead || isDeleted || ttl !== undefined))
    fault('[key]', 'is missing, see --help')
  if (number !== undefined && number !== '-' && (number.trim() === '' || !Number.isFinite(Number(number))))
    fault('[number]', `expected a number, or - for standard input, got ${JSON.stringify(number)}`)
  if (
    column !== undefined &&
    !(/^\d{1,4}$/.test(column) && Number(column) >= 1 && Number(column) <= MAX_COLUMN)
  )
    fault('--column', `expected a whole number from 1 to ${MAX_COLUMN}, got ${JSON.stringify(column)}`)
  if (column !== undefined && number !== undefined && number !== '-')
    fault('--column', 'expected numbers on standard input, and no number as an argument')
  if (ttl !== undefined && number === undefined && column === undefined && key !== undefined)
    fault('--ttl', 'expected a number too')
  if (isDeleted && (isRead || number !== undefined)) fault('--delete', 'expected no number')
  return faults
}

const POLL_FLAGS = ['query', 'every', 'header'] as const

function findPollFaults(key: string | undefined, number: string | undefined, flags: Words['flags']): Fault[] {
  if (flags.poll === undefined)
    return POLL_FLAGS.filter((name) => flags[name] !== undefined).map((name) => ({
      ...{ name: `--${name}`, detail: 'expected --poll too' },
    }))
  const others = ['column', 'ttl', 'delete'].filter((name) => flags[name] !== undefined)
  const faults = others.map((name) => ({ name: `--${name}`, detail: 'expected no --poll' }))
  if (key === undefined) faults.push({ name: '[key]', detail: 'is missing, see --help' })
  if (number !== undefined) faults.push({ name: '--poll', detail: 'expected no number' })
  try {
    parseNumberPoll(toPoll(flags))
  } catch (error) {
    if (!(error instanceof PublicError)) throw error
    faults.push(...error.faults.map(({ name, detail }) => ({ name: FLAG_OF[name] ?? name, detail })))
  }
  return faults
}

/** The flags of a poll's fields. */
const FLAG_OF: Readonly<Record<string, string>> = {
  ...{ url: '--poll', query: '--query', every: '--every', headers: '--header' },
}

function toPoll({ poll: url, query, every, header: headers }: Words['flags']): object {
  return Object.fromEntries(
    Object.entries({ url, query, every, headers }).filter(([, value]) => value !== undefined),
  )
}

async function poll(call: Call, key: string, flags: Words['flags']): Promise<number> {
  const { every } = await call({
    ...{ method: 'PUT', path: `${pathOf(key)}/poll`, body: toPoll(flags), expected: POLLED },
  })
  process.stdout.write(`${key} has what ${String(flags.poll)} says, every ${every}\n`)
  return 0
}

async function pipe(add: (lines: string) => Promise<unknown>, column: number): Promise<number> {
  const warn = (text: string) => void process.stderr.write(`${text}\n`)
  const sent = await sendNumbers({ input: process.stdin, column, send: add, warn })
  if (sent > 0) return 0
  warn(`no line had a number in column ${column}`)
  return FAILED
}

async function remove(call: Call, key: string): Promise<number> {
  await call({ method: 'DELETE', path: pathOf(key), expected: NOTHING })
  process.stdout.write(`Deleted ${key}.\n`)
  return 0
}

async function list(call: Call): Promise<number> {
  const { series } = await call({ method: 'GET', path: '/series', expected: LIST })
  const rows = series.map(({ key, value, time }) => [key, String(value), time])
  process.stdout.write(
    series.length === 0 ? 'There are no series.\n' : `${toTable([['KEY', 'VALUE', 'TIME'], ...rows])}\n`,
  )
  return 0
}

/** Prints the newest number, and the last hour as a row of bars. */
async function print(call: Call, key: string): Promise<number> {
  const query = `?step=minute&from=${Date.now() - HOUR}`
  const { value, time, points } = await call({
    method: 'GET',
    path: `${pathOf(key)}${query}`,
    expected: READ,
  })
  const lines = [`${key} ${value} at ${time}`]
  if (points.length > 0) {
    const [min, max] = [
      Math.min(...points.map((point) => point.min)),
      Math.max(...points.map((point) => point.max)),
    ]
    const share = (mean: number) => (max > min ? mean / (max - min) - min / (max - min) : 0.5)
    const bars = points.map(({ mean }) => BARS[Math.min(7, Math.max(0, Math.round(share(mean) * 7)))])
    lines.push(`${bars.join('')} between ${min} and ${max} in the last hour`)
  }
  process.stdout.write(`${lines.join('\n')}\n`)
  return 0
}

function pathOf(key = ''): string {
  return `/series/${encodeURIComponent(key)}`
}

function toQuery(ttl: string | undefined): string {
  return ttl === undefined ? '' : `?ttl=${encodeURIComponent(ttl)}`
}
