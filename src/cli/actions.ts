import type { Fault } from '../errors.ts'
import { OPTIONS } from '../options.ts'
import { type ApiCall, callApi, readServerUrl } from './call-api.ts'
import type { Flag, Words } from './command.ts'
import { harmless } from './printable.ts'

/** What asks the server, with its address and token filled in; no text of its answer can steer a terminal. */
export type Call = <T>(call: Pick<ApiCall<T>, 'method' | 'path' | 'body' | 'expected'>) => Promise<T>

/** One thing that a command can do, by the word that stands first: `imgcast hooks add`. */
export interface Action {
  /** What has to stand after that word, as the help writes it. */
  operands: readonly string[]
  /** Its flags, by their names in camel case, besides those of every action. */
  flags: readonly string[]
  /** Answers what to print. */
  run(call: Call, operands: readonly string[], flags: Words['flags']): Promise<string>
}

/** The options of a command that asks a running server. */
export const SERVER_OPTIONS = OPTIONS.filter(({ name }) => name === 'token')

/** The flags of a command that asks a running server. */
export const SERVER_FLAGS: readonly Flag[] = [
  { flag: '--server <url>', help: 'address of the running server (default http://localhost:9192)' },
]

const FAILED = 1

/** Reads which action is wanted, and answers what runs it. */
export function readAction(
  actions: Readonly<Record<string, Action>>,
  { operands: [name = '', ...operands], options, flags }: Words,
  faults: Fault[],
): () => Promise<number> {
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined
  const { server } = flags
  const url = readServerUrl(typeof server === 'string' ? server : undefined, faults)
  if (!action) {
    if (name !== '') faults.push({ name, detail: `expected one of ${Object.keys(actions).join(', ')}` })
  } else {
    for (const missing of action.operands.slice(operands.length)) {
      if (missing.startsWith('<'))
        faults.push({ name: `${name} ${missing}`, detail: 'is missing, see --help' })
    }
    for (const [flag, value] of Object.entries(flags)) {
      if (value === undefined || flag === 'server' || action.flags.includes(flag)) continue
      faults.push({ name: flag, detail: `is not for ${name}` })
    }
    for (const extra of operands.slice(action.operands.length)) {
      faults.push({ name: extra, detail: 'expected nothing here but options' })
    }
  }
  return async () => {
    try {
      const call: Call = async (rest) => tame(await callApi({ url, token: options.token, ...rest }))
      process.stdout.write((await action?.run(call, operands, flags)) ?? '')
      return 0
    } catch (error) {
      process.stderr.write(`${(error as Error).message}\n`)
      return FAILED
    }
  }
}

/** An answer of the API, with every text in it made harmless. */
function tame<T>(answer: T): T {
  if (typeof answer === 'string') return harmless(answer) as T
  if (typeof answer !== 'object' || answer === null) return answer
  if (Array.isArray(answer)) return answer.map(tame) as T
  return Object.fromEntries(Object.entries(answer).map(([name, value]) => [name, tame(value)])) as T
}

/** Rows as text, each column as wide as its widest cell. */
export function toTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows
    .map((row) => `${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd())
    .join('\n')
}
